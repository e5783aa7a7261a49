import { setTimeout } from 'node:timers/promises';

/** How often to look, and for how long, in milliseconds. */
const LOOK_MILLIS = 100;
const WAIT_MILLIS = 60_000;

/** Looks until `isSo`. Rejects when it is not in a minute. */
export async function waitUntil(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT_MILLIS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`expected in ${WAIT_MILLIS / 1000} s: ${what}`);
    await setTimeout(LOOK_MILLIS);
  }
}
