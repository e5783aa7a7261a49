import { setTimeout } from 'node:timers/promises';

/** How often to look, in milliseconds. */
const LOOK_MILLIS = 50;

/** How long, unless told otherwise. */
const SECONDS_MAX = 60;

export interface WaitLimits {
  readonly secondsMax?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Looks until `isSo`. Rejects when it is not in time: a minute. */
export async function waitUntil(
  what: string,
  isSo: () => Promise<boolean>,
  { secondsMax = SECONDS_MAX, signal }: WaitLimits = {},
): Promise<void> {
  const end = performance.now() + secondsMax * 1000;
  while (!(await isSo())) {
    signal?.throwIfAborted();
    if (performance.now() > end) throw new Error(`expected in ${secondsMax} s: ${what}`);
    await setTimeout(LOOK_MILLIS);
  }
}
