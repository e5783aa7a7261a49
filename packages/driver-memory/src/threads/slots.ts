/**
 * The slots of the banks: 64 KiB each, for a page or for a table. Memory that was given back is used
 * again, and stays the disk's until the disk is gone.
 */
import { DriverError } from '@nbd/driver';
import type { GrowableMemory } from './growable-memory.ts';
import { BANK_SLOTS, PAGE_BYTES, Word } from './shared-memory.ts';
import { whileLocked } from './thread-lock.ts';

/** A bank grows by so much at a time, bytes. */
const GROWTH_BYTES = 16 * 2 ** 20;

export class Slots {
  readonly #words: Int32Array;
  readonly #banks: readonly GrowableMemory[];
  /** Views of the banks as long as those were when this thread last looked: they only grow. */
  readonly #bytes: Uint8Array[];
  readonly #count: number;

  constructor(words: Int32Array, banks: readonly SharedArrayBuffer[]) {
    this.#words = words;
    this.#banks = banks as readonly GrowableMemory[];
    this.#bytes = this.#banks.map((bank) => viewOf(bank));
    this.#count =
      this.#banks.reduce((sum, { maxByteLength }) => sum + maxByteLength, 0) / PAGE_BYTES;
  }

  /** The bank of a slot that was taken, which begins at `placeOf(slot)` in it. */
  bankOf(slot: number): Uint8Array {
    const number = Math.floor(slot / BANK_SLOTS);
    const bytes = this.#bytes[number] as Uint8Array;
    if (placeOf(slot) < bytes.length) return bytes;
    const longer = viewOf(this.#banks[number] as GrowableMemory);
    this.#bytes[number] = longer;
    return longer;
  }

  /**
   * Takes a slot: all zeroes with `clear`, else its content is whatever it last held. Throws
   * `DriverError("ENOSPC")` if there is none left, and "ENOMEM" if memory has run out.
   */
  take(clear: boolean): number {
    let isNew = false;
    const slot = whileLocked(this.#words, Word.SLOTS_LOCK, () => {
      const given = this.#takeGivenBack();
      isNew = given === undefined;
      return given ?? this.#takeNew();
    });
    const at = placeOf(slot);
    if (clear && !isNew) this.bankOf(slot).fill(0, at, at + PAGE_BYTES);
    return slot;
  }

  giveBack(slot: number): void {
    const words = this.#words;
    whileLocked(words, Word.SLOTS_LOCK, () => {
      this.#linkOf(slot)[0] = words[Word.FREE_SLOT] as number;
      words[Word.FREE_SLOT] = slot;
    });
  }

  #takeGivenBack(): number | undefined {
    const slot = this.#words[Word.FREE_SLOT] as number;
    if (slot === 0) return undefined;
    this.#words[Word.FREE_SLOT] = this.#linkOf(slot)[0] as number;
    return slot;
  }

  /** One that nobody has had: zeroes. */
  #takeNew(): number {
    const slot = this.#words[Word.NEXT_SLOT] as number;
    if (slot >= this.#count) {
      const bytes = (this.#count - 1) * PAGE_BYTES;
      throw new DriverError('ENOSPC', `shared memory disk: all of its ${bytes} bytes are in use`);
    }
    const bank = this.#banks[Math.floor(slot / BANK_SLOTS)] as GrowableMemory;
    const end = placeOf(slot) + PAGE_BYTES;
    if (end > bank.byteLength) grow(bank);
    this.#words[Word.NEXT_SLOT] = slot + 1;
    return slot;
  }

  /** The word in which a slot that was given back has the next one. */
  #linkOf(slot: number): Int32Array {
    const { buffer } = this.bankOf(slot);
    return new Int32Array(buffer, placeOf(slot), 1);
  }
}

/** Where a slot begins in its bank. */
export function placeOf(slot: number): number {
  return (slot % BANK_SLOTS) * PAGE_BYTES;
}

function grow(bank: GrowableMemory): void {
  try {
    bank.grow(Math.min(bank.byteLength + GROWTH_BYTES, bank.maxByteLength));
  } catch (cause) {
    throw new DriverError('ENOMEM', 'shared memory disk: there is no more memory', { cause });
  }
}

/** Of a length of its own: a view that grows with its buffer is slower to use. */
function viewOf(bank: GrowableMemory): Uint8Array {
  return new Uint8Array(bank, 0, bank.byteLength);
}
