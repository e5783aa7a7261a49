/**
 * The sequences of a generation: each names one version of a chunk, or a pack. Those up to the watermark are all in the
 * store, or come there with the commit that makes them count.
 */
export class Sequences {
  #last = 0;
  /** Those that nothing of that kind is known of, ascending. */
  readonly #open = new Set<number>();
  #waiting: {
    readonly sequence: number;
    readonly done: () => void;
    readonly failed: (reason: unknown) => void;
  }[] = [];

  /** The next one, which holds the watermark below itself until it is done. */
  begin(): number {
    this.#last += 1;
    this.#open.add(this.#last);
    return this.#last;
  }

  /** What has that sequence is in the store, or comes there with the commit that makes it count. */
  done(sequence: number): void {
    this.#open.delete(sequence);
    const watermark = this.watermark();
    const still = this.#waiting.filter((each) => each.sequence > watermark);
    const reached = this.#waiting.filter((each) => each.sequence <= watermark);
    this.#waiting = still;
    for (const { done } of reached) done();
  }

  /** It could not be put there for now: who waits for it, or for a later one, is told. */
  failed(sequence: number, reason: unknown): void {
    const hit = this.#waiting.filter((each) => each.sequence >= sequence);
    this.#waiting = this.#waiting.filter((each) => each.sequence < sequence);
    for (const { failed } of hit) failed(reason);
  }

  /** The last sequence at or below which nothing is missing. */
  watermark(): number {
    for (const first of this.#open) return first - 1;
    return this.#last;
  }

  /** The last one that was begun. */
  last(): number {
    return this.#last;
  }

  /** Resolves when the watermark has reached `sequence`. */
  reached(sequence: number): Promise<void> {
    if (sequence <= this.watermark()) return Promise.resolve();
    return new Promise((done, failed) => {
      this.#waiting.push({ sequence, done, failed });
    });
  }
}
