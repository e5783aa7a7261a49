#!/usr/bin/env node
/** The program `nbd`; `run` has the story. */
import { compileLate } from './compile-late.ts';
import { run } from './run.ts';

compileLate();
process.exit(await run(process.argv.slice(2)));
