/**
 * How many requests may be under way: no more than there are connections, and not all of them uploads.
 */

/** What a request is to the gate. */
export type Lane = 'other' | 'upload';

interface Waiting {
  readonly lane: Lane;
  readonly enter: () => void;
}

/** First come, first served, but that a read passes uploads which wait for their own limit. */
export class SlotGate {
  readonly #slots: number;
  readonly #uploadSlots: number;
  #inside = 0;
  #uploadsInside = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(slots: number, uploadSlots: number) {
    this.#slots = slots;
    this.#uploadSlots = uploadSlots;
  }

  /** Resolves when the request may go; `leave` ends what is begun then. Rejects with the reason of `signal`. */
  async enter(lane: Lane, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.size === 0 && this.#hasRoom(lane)) {
      this.#admit(lane);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        lane,
        enter: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', giveUp);
      this.#admitWaiting();
    });
  }

  leave(lane: Lane): void {
    this.#inside--;
    if (lane === 'upload') this.#uploadsInside--;
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    for (const waiting of this.#waiting) {
      if (this.#inside === this.#slots) return;
      if (!this.#hasRoom(waiting.lane)) continue;
      this.#waiting.delete(waiting);
      this.#admit(waiting.lane);
      waiting.enter();
    }
  }

  #hasRoom(lane: Lane): boolean {
    return (
      this.#inside < this.#slots && (lane === 'other' || this.#uploadsInside < this.#uploadSlots)
    );
  }

  #admit(lane: Lane): void {
    this.#inside++;
    if (lane === 'upload') this.#uploadsInside++;
  }
}
