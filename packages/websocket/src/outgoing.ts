/**
 * Segments that wait to be sent: they are given out in frames, and it is told which sends are done, in
 * the order in which they came.
 */
export class Outgoing {
  /** The first may be the rest of a segment. */
  readonly #segments: Uint8Array[] = [];
  #waitingBytes = 0;
  /** What was given out, from the beginning. */
  #takenBytes = 0;
  /** For each send whose memory is lent: how many bytes were sent, from the beginning, when it is done. */
  readonly #lentUpTo: number[] = [];

  /** Bytes that were not given out. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Bytes that are on their way, given that `unsentBytes` of what was given out are not. */
  sentBytes(unsentBytes: number): number {
    return this.#takenBytes - unsentBytes;
  }

  /** Whether somebody waits for his memory. */
  get hasLent(): boolean {
    return this.#lentUpTo.length > 0;
  }

  push(segments: readonly Uint8Array[]): void {
    for (const segment of segments) {
      if (segment.length === 0) continue;
      this.#segments.push(segment);
      this.#waitingBytes += segment.length;
    }
  }

  /** The next bytes to be sent, at most `bytesMax` of them; `undefined` if there are none. */
  take(bytesMax: number): Uint8Array | undefined {
    const [first] = this.#segments;
    if (first === undefined) return undefined;
    const frame = first.subarray(0, bytesMax);
    if (frame.length === first.length) this.#segments.shift();
    else this.#segments[0] = first.subarray(frame.length);
    this.#waitingBytes -= frame.length;
    this.#takenBytes += frame.length;
    return frame;
  }

  /** Whether all that was pushed is sent, given that `unsentBytes` of what was given out are not. */
  isSent(unsentBytes: number): boolean {
    return this.#waitingBytes === 0 && unsentBytes === 0;
  }

  /** Notes that the memory of what was pushed last is lent until `takeDone` says otherwise. */
  lend(): void {
    this.#lentUpTo.push(this.#takenBytes + this.#waitingBytes);
  }

  /** Whether the oldest lent send is done, given `unsentBytes` as above; it is then no longer known. */
  takeDone(unsentBytes: number): boolean {
    const [oldest] = this.#lentUpTo;
    if (oldest === undefined || oldest > this.sentBytes(unsentBytes)) return false;
    this.#lentUpTo.shift();
    return true;
  }
}
