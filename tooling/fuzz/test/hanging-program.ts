/** A program that works for a while, with signs of life, and then never comes back. */
import { setTimeout } from 'node:timers/promises';
import { Watchdog } from '../src/watchdog.ts';

const LIMIT_MILLIS = 500;
const SIGN_MILLIS = 50;

const watchdog = new Watchdog(LIMIT_MILLIS);
for (let lived = 0; lived <= LIMIT_MILLIS; lived += SIGN_MILLIS) {
  await setTimeout(SIGN_MILLIS);
  watchdog.pat();
}
process.stdout.write('alive for longer than the limit\n');
for (;;);
