/** Work that must be done in time, and can be given up. */
import { setMaxListeners } from 'node:events';
import { NbdError } from './nbd-error.ts';

/**
 * Runs `work` with a signal that is aborted when `signal` is, or after `millis` (0: never). It rejects
 * then, at once, with the reason of the signal or with an `NbdError` of code ETIMEDOUT.
 */
export async function withDeadline<T>(
  millis: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal?.reason);
  const timer =
    millis === 0
      ? undefined
      : setTimeout(() => {
          const text = `the server has not answered within ${millis} milliseconds`;
          controller.abort(new NbdError('ETIMEDOUT', text));
        }, millis);
  if (signal !== undefined) listenTo(signal, forward);
  try {
    return await abortable(work(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  }
}

/** What `work` comes to, or the reason of the signal if that is aborted before. `work` goes on by itself. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else listenTo(signal, abort);
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
      .catch(() => undefined);
  });
}

/** Any number of requests may share a signal: Node is not to warn of a leak. */
function listenTo(signal: AbortSignal, abort: () => void): void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort, { once: true });
}
