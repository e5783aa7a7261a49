/** The program `fuzz`; `fuzz-command.ts` has the story. */
import { fuzzCommand } from './fuzz-command.ts';
import { TARGETS } from './target-table.ts';

process.exitCode = await fuzzCommand(process.argv.slice(2), TARGETS, {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
