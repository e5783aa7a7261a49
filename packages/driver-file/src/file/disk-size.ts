/**
 * The size of a disk, and who waits for whom when it changes.
 *
 * A change that is under way while the file is cut would make it grow again, with old bytes behind the
 * new end. So a disk that shrinks has its new size at once, waits for the changes under way, and holds
 * up those that come meanwhile. Resizes are done one at a time, in the order they come.
 */
import type { Awaitable } from '@nbd/driver';
import { DriverError } from '@nbd/driver';
import { CallCount } from './call-count.ts';

/** Gives the file that many bytes. */
export type Truncate = (size: number) => Promise<void>;

export class DiskSize {
  readonly #path: string;
  readonly #changes = new CallCount();
  #bytes: number;
  /** Settles when the disk has shrunk or could not; never rejects. */
  #shrinking: Promise<void> | undefined;
  /** Never rejects. */
  #lastResize = Promise.resolve();

  /** `path` is for messages. */
  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a change must wait, by `change`. */
  get shrinking(): boolean {
    return this.#shrinking !== undefined;
  }

  /** Whether all of a range is there: the disk may have shrunk since the request was checked. */
  holds(offset: number, length: number): boolean {
    return offset + length <= this.#bytes;
  }

  /** Throws `DriverError("ENOSPC")` for a range that is not all there. */
  check(offset: number, length: number): void {
    if (this.holds(offset, length)) return;
    throw new DriverError(
      'ENOSPC',
      `${this.#path}: change of ${length} bytes at ${offset}: the disk has shrunk to ${this.#bytes}`,
    );
  }

  /** Notes a change that goes on off the loop, and answers as it does. */
  track(change: Promise<void>): Promise<void> {
    return this.#changes.count(change);
  }

  /** Makes a change when its turn has come, if the range is there then. */
  async change(offset: number, length: number, make: () => Awaitable<void>): Promise<void> {
    while (this.#shrinking !== undefined) await this.#shrinking;
    this.check(offset, length);
    const answer = make();
    if (answer !== undefined) await this.track(answer);
  }

  /** Rejects with `DriverError("EINVAL")` unless `bytes` is a safe integer of at least 0, and as `truncate` does. */
  async resize(bytes: number, truncate: Truncate): Promise<void> {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new DriverError(
        'EINVAL',
        `${this.#path}: resize: expected a size of 0 to 2^53 - 1 bytes, found ${bytes}`,
      );
    }
    const resized = this.#lastResize.then(() => this.#resizeNow(bytes, truncate));
    this.#lastResize = resized.catch(ignore);
    await resized;
  }

  async #resizeNow(bytes: number, truncate: Truncate): Promise<void> {
    if (bytes < this.#bytes) {
      const shrunk = this.#shrink(bytes, truncate);
      this.#shrinking = shrunk.catch(ignore);
      await shrunk;
    } else {
      await truncate(bytes);
      this.#bytes = bytes;
    }
  }

  async #shrink(bytes: number, truncate: Truncate): Promise<void> {
    const before = this.#bytes;
    this.#bytes = bytes;
    try {
      await this.#changes.none();
      await truncate(bytes);
    } catch (error) {
      this.#bytes = before;
      throw error;
    } finally {
      this.#shrinking = undefined;
    }
  }
}

function ignore(): void {}
