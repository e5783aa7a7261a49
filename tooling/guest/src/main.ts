/** The program `guest`; `guest.ts` has the story. */
import { guest } from './guest.ts';

process.exitCode = await guest(process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
