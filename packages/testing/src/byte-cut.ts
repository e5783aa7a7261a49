/** Cuts a connection after a number of bytes. */

/** Who says the bytes. */
export type Speaker = 'client' | 'server';

/** After how many bytes to cut. */
export interface CutPoint {
  /** Counted from the call on, over all connections; the one that carries the last of them is cut. 0: before the next byte. */
  readonly bytes: number;
  /** Whose bytes count. Default: the server's. */
  readonly from?: Speaker;
}

export interface Passage {
  /** How many of the bytes may pass. */
  readonly bytes: number;
  /** Behind these the connection is cut. */
  readonly isCut: boolean;
}

export class ByteCuts {
  readonly #cuts = new Set<{ left: number; readonly from: Speaker }>();

  /**
   * Adds a cut.
   *
   * @throws RangeError for a number of bytes that cannot be
   */
  add({ bytes, from = 'server' }: CutPoint): void {
    if (!(Number.isSafeInteger(bytes) && bytes >= 0)) {
      throw new RangeError(`after.bytes: expected a whole number of at least 0, found ${bytes}`);
    }
    this.#cuts.add({ left: bytes, from });
  }

  /** So many bytes are about to pass. */
  pass(from: Speaker, length: number): Passage {
    const cuts = [...this.#cuts].filter((cut) => cut.from === from);
    const bytes = cuts.reduce((least, { left }) => Math.min(least, left), length);
    for (const cut of cuts) {
      cut.left -= bytes;
      if (cut.left === 0) this.#cuts.delete(cut);
    }
    return { bytes, isCut: cuts.some(({ left }) => left === 0) };
  }
}
