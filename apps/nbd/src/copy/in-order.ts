/**
 * Puts calls for ranges that follow each other into their order: each runs when the one that ends where
 * it begins has ended. After one that has failed, those behind it never run and never settle.
 */
export class InOrder {
  #offset = 0;
  readonly #waiting = new Map<number, () => void>();

  /** Runs `step` when all before `offset` is done. Each range is given once, in any order. */
  async run<T>(offset: number, end: number, step: () => Promise<T>): Promise<T> {
    if (offset !== this.#offset) {
      await new Promise<void>((resolve) => {
        this.#waiting.set(offset, resolve);
      });
    }
    const result = await step();
    this.#offset = end;
    this.#waiting.get(end)?.();
    this.#waiting.delete(end);
    return result;
  }
}
