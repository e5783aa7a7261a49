/** A disk whose use is counted, and that can be held: calls wait until it is let go. */
import { type Awaitable, type Driver, filter } from '@nbd/driver';

/** What was done with a part of the disk; the larger one counts. */
export const Part = { UNTOUCHED: 0, READ: 1, WRITTEN: 2 } as const;

/** Parts that a map shows, at the most. */
const PARTS_MAX = 512;
const PART_BYTES_MIN = 4096;

export class WatchedDisk {
  /** To be served. Closing it closes the disk within. */
  readonly driver: Driver;
  /** Bytes that were read and written. */
  readBytes = 0;
  writtenBytes = 0;
  /** A `Part` for each part. */
  readonly parts: Uint8Array;
  /** Grows with each call. */
  calls = 0;
  readonly #partBytes: number;
  /** Pending while the disk is held. */
  #hold: Promise<void> | undefined;
  #letGo: () => void = () => undefined;

  constructor(disk: Driver) {
    this.#partBytes = Math.max(PART_BYTES_MIN, Math.ceil(disk.size / PARTS_MAX));
    this.parts = new Uint8Array(Math.ceil(disk.size / this.#partBytes));
    const write = disk.write?.bind(disk);
    const zero = disk.zero?.bind(disk);
    const flush = disk.flush?.bind(disk);
    const trim = disk.trim?.bind(disk);
    this.driver = filter(disk, {
      // One socket serves one client.
      multiConn: undefined,
      fillsTarget: disk.fillsTarget,
      readBatch: undefined,
      writeBatch: undefined,
      read: (target, offset) => {
        this.readBytes += target.length;
        this.#note(offset, target.length, Part.READ);
        return this.#pass(() => disk.read(target, offset));
      },
      write:
        write &&
        ((source, offset, options) => {
          this.writtenBytes += source.length;
          this.#note(offset, source.length, Part.WRITTEN);
          return this.#pass(() => write(source, offset, options));
        }),
      zero:
        zero &&
        ((offset, length, options) => {
          this.writtenBytes += length;
          this.#note(offset, length, Part.WRITTEN);
          return this.#pass(() => zero(offset, length, options));
        }),
      flush: flush && (() => this.#pass(flush)),
      trim: trim && ((offset, length, options) => this.#pass(() => trim(offset, length, options))),
    });
  }

  /** From now on calls wait. */
  hold(): void {
    this.#hold ??= new Promise((resolve) => {
      this.#letGo = resolve;
    });
  }

  letGo(): void {
    this.#hold = undefined;
    this.#letGo();
  }

  #pass(call: () => Awaitable<void>): Awaitable<void> {
    return this.#hold === undefined ? call() : this.#hold.then(() => this.#pass(call));
  }

  #note(offset: number, length: number, part: number): void {
    this.calls++;
    const end = Math.ceil((offset + length) / this.#partBytes);
    for (let at = Math.floor(offset / this.#partBytes); at < end; at++) {
      if ((this.parts[at] ?? part) < part) this.parts[at] = part;
    }
  }
}
