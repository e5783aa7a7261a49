/** The program behind `pnpm test:ways [WAY...]`: each suite for each way, and a table of the counts. */
import { namedIn, readWords, runCommand, STANDARD_OUTPUT } from '@nbd-tooling/command-line';
import { runSuite } from './run-suite.ts';
import { WAY_SUITES, type WaySuites } from './way-suites.ts';

const COLUMNS = 22;

process.exitCode = await runCommand<{ readonly kind: 'run'; readonly ways: readonly WaySuites[] }>({
  name: 'test:ways',
  parse() {
    const { values, positionals } = readWords(process.argv.slice(2), {});
    if (values.help === true) return { kind: 'help', text: helpText() };
    const ways = positionals.length === 0 ? WAY_SUITES : namedIn(WAY_SUITES, positionals);
    return { kind: 'run', ways };
  },
  perform: ({ ways }) => runWays(ways),
  output: STANDARD_OUTPUT,
});

/** Answers the exit code. */
async function runWays(ways: readonly WaySuites[]): Promise<number> {
  const { print } = STANDARD_OUTPUT;
  let inOrder = true;
  for (const { name, about, projects } of ways) {
    print(`${name}: ${about}`);
    for (const project of projects) {
      const { passed, failed, skipped, failures } = await runSuite(project, name);
      print(`  ${project.padEnd(COLUMNS)}${passed} passed, ${failed} failed, ${skipped} skipped`);
      for (const failure of failures) print(`    ${failure}`);
      if (failed > 0 || passed === 0) inOrder = false;
    }
  }
  return inOrder ? 0 : 1;
}

function helpText(): string {
  return [
    'usage: test:ways [WAY...]',
    '',
    'Runs the suites of each way, and prints a table of the counts. Exits with 1 if a test fails, or a suite has none.',
    '',
    ...WAY_SUITES.map(({ name, about }) => `  ${name.padEnd(COLUMNS)}${about}`),
  ].join('\n');
}
