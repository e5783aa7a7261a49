/** The program `guest`; `guest.ts` has the story. */
import { STANDARD_OUTPUT } from '@nbd-tooling/command-line';
import { guest } from './guest.ts';

process.exitCode = await guest(process.argv.slice(2), STANDARD_OUTPUT);
