import type { Clock } from '@nbd/filters';

/** Real time, or what a test framework has put in the place of `setTimeout`. It keeps the process alive. */
export const systemClock: Clock = {
  after(millis, task) {
    const timer = setTimeout(task, millis);
    return () => clearTimeout(timer);
  },
};
