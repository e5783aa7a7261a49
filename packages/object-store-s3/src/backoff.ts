/** How long to wait before a request is sent again. */
import type { StoreClock } from './store-clock.ts';

/** Milliseconds. */
const FIRST = 100;
const LAST = 5000;

/** From 100 milliseconds up to a bound that doubles with each retry, counted from 1, to five seconds; `jitter` is from 0 up to 1. */
export function backoffMillis(retry: number, jitter: number): number {
  const bound = Math.min(LAST, FIRST * 2 ** retry);
  return FIRST + jitter * (bound - FIRST);
}

/** Resolves in `millis`, or rejects with the reason of `signal` as soon as it fires. */
export function pause(clock: StoreClock, millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.after(millis, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
