/**
 * Warns before descriptors run out. A client that comes when there is none left is closed by Node's event loop, which tells
 * nobody. The system gives a client the lowest descriptor that is free, so all below that of a newcomer are in use.
 */
import { readFileSync } from 'node:fs';
import type { RepeatedLines } from './repeated-lines.ts';

/** So many left are few. A process has some dozens of its own, and disks have theirs. */
const FEW = 16;

/** What watches of several threads share, bytes; they start as zeroes. */
export const DESCRIPTOR_WATCH_BYTES = 4;

const REMEDY = 'raise the limit of open files (ulimit -n, LimitNOFILE), or lower maxConnections';

export class DescriptorWatch {
  readonly #lines: RepeatedLines;
  readonly #readMax: () => number | undefined;
  #max: number | undefined;
  /** Whether there was a warning: 0 or 1. Threads have their descriptors in common, and so they have this. */
  readonly #warned: Int32Array;

  /**
   * `memory` has `DESCRIPTOR_WATCH_BYTES`. `readMax` answers how many descriptors the process may have; undefined: nobody
   * knows, and nobody is warned.
   */
  constructor(
    lines: RepeatedLines,
    memory: ArrayBufferLike = new ArrayBuffer(DESCRIPTOR_WATCH_BYTES),
    readMax: () => number | undefined = descriptorsMax,
  ) {
    this.#lines = lines;
    this.#warned = new Int32Array(memory);
    this.#readMax = readMax;
    this.#max = readMax();
  }

  /** Warns of as many connections at a time as there can never be. */
  expect(maxConnections: number): void {
    const max = this.#max;
    if (max === undefined || maxConnections + FEW <= max) return;
    this.#lines.tell(
      'warn',
      '',
      { maxConnections, openFilesMax: max },
      `fewer connections than maxConnections are possible: ${REMEDY}`,
    );
  }

  /** A client was accepted by that descriptor; undefined: this Node does not tell. Warns once, whichever thread it is, and again after one in the lower half. */
  accepted(descriptor: number | undefined): void {
    if (descriptor === undefined || this.#max === undefined) return;
    if (descriptor < this.#max / 2) Atomics.store(this.#warned, 0, 0);
    if (descriptor + FEW < this.#max || Atomics.load(this.#warned, 0) === 1) return;
    // It may have been raised meanwhile. Where this was the last one, none is left to ask by.
    this.#max = this.#readMax() ?? this.#max;
    if (descriptor + FEW < this.#max) return;
    if (Atomics.exchange(this.#warned, 0, 1) === 1) return;
    this.#lines.tell(
      'warn',
      '',
      { descriptor, openFilesMax: this.#max },
      `descriptors run out, and clients who find none left are closed without a line here: ${REMEDY}`,
    );
  }
}

/** Undefined: there is no bound, or this system does not say. */
function descriptorsMax(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
