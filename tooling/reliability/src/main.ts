/** The program `reliability`; `reliability.ts` has the story. */
import { reliability } from './reliability.ts';

process.exitCode = await reliability(process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
