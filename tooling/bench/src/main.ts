/** The program `bench`; `bench.ts` has the story. */
import { bench } from './bench.ts';
import { endChildrenWithUs } from './child-processes.ts';

endChildrenWithUs();
process.exit(
  await bench(process.argv.slice(2), {
    print: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
  }),
);
