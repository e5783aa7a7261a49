import type { Awaitable } from '@nbd/driver';

/** Whether an answer is still to come. A promise of another library is one, too. */
export function isPromise<T>(answer: Awaitable<T>): answer is Promise<T> {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'then' in answer &&
    typeof answer.then === 'function'
  );
}
