/** The program `bench`; `bench.ts` has the story. */
import { STANDARD_OUTPUT } from '@nbd-tooling/command-line';
import { bench } from './bench.ts';
import { endChildrenWithUs } from './servers/child-processes.ts';

endChildrenWithUs();
process.exit(await bench(process.argv.slice(2), STANDARD_OUTPUT));
