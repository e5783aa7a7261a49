#!/usr/bin/env node
/** The program `nbd`; `run` has the story. */
import { run } from './run.ts';

process.exit(await run(process.argv.slice(2)));
