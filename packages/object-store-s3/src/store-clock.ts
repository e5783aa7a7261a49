/** Time as the store sees it, so that its deadlines can be tested without waiting. */
export interface StoreClock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Runs `task` once, in `millis`; the function that it answers takes that back. */
  after(millis: number, task: () => void): () => void;
}

/** The clock of this process. */
export const PROCESS_CLOCK: StoreClock = {
  now: () => performance.now(),
  after(millis, task) {
    const timer = setTimeout(task, millis);
    return () => clearTimeout(timer);
  },
};
