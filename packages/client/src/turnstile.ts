/**
 * How much may be under way at a time: a count and a number of bytes. Whoever finds it full waits, and
 * is let in by the order of coming.
 */
export class Turnstile {
  readonly #countMax: number;
  readonly #bytesMax: number;
  readonly #waiting = new Set<Waiting>();
  #count = 0;
  #bytes = 0;

  constructor(countMax: number, bytesMax: number) {
    this.#countMax = countMax;
    this.#bytesMax = bytesMax;
  }

  /**
   * Waits until `bytes` more may be under way; a lone request passes whatever its size. Each that has
   * entered must `leave`. Rejects with the reason of the signal if it is aborted before.
   */
  async enter(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#waiting.size === 0 && this.#fits(bytes)) {
      this.#admit(bytes);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { bytes, resolve };
      const abort = (): void => {
        this.#waiting.delete(waiting);
        reject(signal?.reason as Error);
        this.#letIn();
      };
      signal?.addEventListener('abort', abort, { once: true });
      waiting.resolve = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#waiting.add(waiting);
    });
  }

  leave(bytes: number): void {
    this.#count--;
    this.#bytes -= bytes;
    this.#letIn();
  }

  #letIn(): void {
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.bytes)) return;
      this.#waiting.delete(waiting);
      this.#admit(waiting.bytes);
      waiting.resolve();
    }
  }

  #fits(bytes: number): boolean {
    return (
      this.#count === 0 || (this.#count < this.#countMax && this.#bytes + bytes <= this.#bytesMax)
    );
  }

  #admit(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
  }
}

interface Waiting {
  readonly bytes: number;
  resolve: () => void;
}
