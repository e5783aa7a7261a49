/**
 * How many calls are under way, for those who must wait until none is.
 */
export class CallCount {
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  /** Counts a call until its promise settles, and answers as it does. */
  async count<T>(call: Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await call;
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  /** Resolves when no call is under way. To keep new ones out is the business of who waits. */
  none(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
