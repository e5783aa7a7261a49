/** The program `fuzz`; `fuzz-command.ts` has the story. */
import { STANDARD_OUTPUT } from '@nbd-tooling/command-line';
import { fuzzCommand } from './fuzz-command.ts';
import { TARGETS } from './target-table.ts';

process.exitCode = await fuzzCommand(process.argv.slice(2), TARGETS, STANDARD_OUTPUT);
