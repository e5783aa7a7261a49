/** Time for filters that wait. Whoever makes the filter brings it, so that a test can bring a clock of its own. */
export interface Clock {
  /** Calls `task` once, `millis` milliseconds from now. Calling the answer before then prevents it. */
  after(millis: number, task: () => void): () => void;
}
