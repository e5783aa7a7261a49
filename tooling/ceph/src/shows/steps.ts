/** What a show does, one step after the other: each is told when it begins, and has a deadline. */

/** The show was interrupted. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  /** `what` it was at. */
  constructor(what: string) {
    super(`interrupted at "${what}"`);
  }
}

export class Steps {
  readonly #signal: AbortSignal;
  readonly #tell: (line: string) => void;

  /** `signal` interrupts the step that is under way, and each that comes. */
  constructor(signal: AbortSignal, tell: (line: string) => void) {
    this.#signal = signal;
    this.#tell = tell;
  }

  /**
   * Does `task`, which is told by its signal when it is of no use any more. Rejects with what it rejects with, with an
   * `Error` when it is not done in time, or with an `Interruption`.
   */
  async take<Result>(
    what: string,
    secondsMax: number,
    task: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (this.#signal.aborted) throw new Interruption(what);
    this.#tell(`${what}, in at most ${secondsMax} s`);
    const ending = new AbortController();
    const interrupt = (): void => ending.abort(new Interruption(what));
    this.#signal.addEventListener('abort', interrupt);
    const late = setTimeout(
      () => ending.abort(new Error(`expected in ${secondsMax} s: ${what}`)),
      secondsMax * 1000,
    );
    try {
      return await Promise.race([task(ending.signal), rejectionBy(ending.signal)]);
    } finally {
      clearTimeout(late);
      this.#signal.removeEventListener('abort', interrupt);
      // What the task has begun and has not ended.
      ending.abort();
    }
  }
}

function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
