/** What befalls one call: the effects of all faults that fall on it. */
import { DriverError } from '@nbd/driver';
import type { Fault } from './fault.ts';

/** Where "anywhere" tears. */
const SECTOR_BYTES = 512;

interface Corruption {
  readonly bytes: number;
  readonly within: Fault['touching'];
  readonly random: () => number;
}

export class Strike {
  readonly #waits: (() => Promise<void>)[] = [];
  readonly #corruptions: Corruption[] = [];
  readonly #tears: ((length: number) => number)[] = [];
  #isLost = false;
  #fail: Fault['fail'];

  /** Adds the effects of one more fault. */
  add(fault: Fault, random: () => number, wait: (() => Promise<void>) | undefined): void {
    if (wait !== undefined) this.#waits.push(wait);
    this.#isLost ||= fault.lose === true;
    this.#fail ??= fault.fail;
    const { tear, corrupt } = fault;
    if (tear === 'anywhere') {
      this.#tears.push((length) => {
        const sectors = Math.ceil(length / SECTOR_BYTES);
        return Math.floor(random() * sectors) * SECTOR_BYTES;
      });
    } else if (tear !== undefined) {
      this.#tears.push(() => tear.after);
    }
    if (corrupt !== undefined) {
      this.#corruptions.push({ bytes: corrupt.bytes, within: fault.touching, random });
    }
  }

  /** Whether there is nothing to wait for. */
  get isAtOnce(): boolean {
    return this.#waits.length === 0;
  }

  /** Whether the disk is called at all. */
  get reachesDisk(): boolean {
    if (this.#isLost) return false;
    const isPartial = this.#tears.length > 0 || this.#corruptions.length > 0;
    return this.#fail === undefined || isPartial;
  }

  /** Waits for all there is to wait for; the first wait has begun when this returns. */
  async wait(): Promise<void> {
    for (const wait of this.#waits) await wait();
  }

  /** How much of `length` bytes is done: a multiple of `minimum`. */
  lengthDone(length: number, minimum: number): number {
    const done = this.#tears.reduce((least, tear) => Math.min(least, tear(length)), length);
    return done === length ? length : done - (done % minimum);
  }

  /** What is left of the bytes of a write at `offset`: the caller's own, or a copy that differs. */
  spoil(source: Uint8Array, offset: number, minimum: number): Uint8Array {
    const part = source.subarray(0, this.lengthDone(source.length, minimum));
    if (this.#corruptions.length === 0) return part;
    const copy = new Uint8Array(part); // of a Buffer, a slice would be none
    this.corrupt(copy, offset);
    return copy;
  }

  /** Flips one bit in each of the bytes that are drawn; `bytes` are those at `offset` of the disk. */
  corrupt(bytes: Uint8Array, offset: number): void {
    for (const { bytes: count, within, random } of this.#corruptions) {
      const first = Math.max(0, (within?.offset ?? 0) - offset);
      const end =
        within === undefined
          ? bytes.length
          : Math.min(bytes.length, within.offset + within.length - offset);
      for (const at of drawn(first, end, count, random)) {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      }
    }
  }

  /** The end of the call: throws if that is its fate. */
  conclude(): void {
    if (this.#fail === undefined) return;
    throw new DriverError(this.#fail, 'a fault that was asked for');
  }
}

/** `count` of the numbers from `first` to before `end`, each once; all of them, if there are no more. */
function* drawn(
  first: number,
  end: number,
  count: number,
  random: () => number,
): Generator<number, void> {
  if (count >= end - first) {
    for (let at = first; at < end; at++) yield at;
    return;
  }
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(first + Math.floor(random() * (end - first)));
  yield* chosen;
}
