/** The program behind `pnpm test:ways [WAY...]`: each suite for each way, and a table of the counts. */
import { runSuite } from './run-suite.ts';
import { WAY_SUITES } from './way-suites.ts';

const COLUMNS = 22;

const asked = process.argv.slice(2);
const unknown = asked.filter((word) => !WAY_SUITES.some(({ way }) => way === word));
if (unknown.length > 0) {
  const known = WAY_SUITES.map(({ way }) => way).join(', ');
  process.stderr.write(`test:ways: expected some of ${known}; found ${unknown.join(', ')}\n`);
  process.exit(2);
}

for (const { way, about, projects } of WAY_SUITES) {
  if (asked.length > 0 && !asked.includes(way)) continue;
  process.stdout.write(`${way}: ${about}\n`);
  for (const project of projects) {
    const { passed, failed, skipped, failures } = await runSuite(project, way);
    process.stdout.write(
      `  ${project.padEnd(COLUMNS)}${passed} passed, ${failed} failed, ${skipped} skipped\n`,
    );
    for (const failure of failures) process.stdout.write(`    ${failure}\n`);
    if (failed > 0 || passed === 0) process.exitCode = 1;
  }
}
