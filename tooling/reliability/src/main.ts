/** The program `reliability`; `reliability.ts` has the story. */
import { STANDARD_OUTPUT } from '@nbd-tooling/command-line';
import { reliability } from './reliability.ts';

process.exitCode = await reliability(process.argv.slice(2), STANDARD_OUTPUT);
