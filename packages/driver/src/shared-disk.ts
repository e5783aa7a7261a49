/**
 * A disk that many connections share: opened once, at its first use.
 */
import type { Awaitable, Driver } from './driver.ts';
import { isDriver, notDriver } from './is-driver.ts';

export class SharedDisk {
  readonly #opener: () => Awaitable<Driver>;
  /** The disk, or its opening under way; `undefined` before the first use and after an opening failed. */
  #opened: Awaitable<Driver> | undefined;

  /** A driver is a disk already open; a function opens one. */
  constructor(disk: Driver | (() => Awaitable<Driver>)) {
    this.#opener = typeof disk === 'function' ? disk : () => disk;
    if (typeof disk !== 'function') this.#opened = disk;
  }

  /**
   * The disk. Uses at the same time share one opening; one that failed is tried again at the next use. What opens no
   * driver fails with a `TypeError`.
   */
  open(): Awaitable<Driver> {
    if (this.#opened !== undefined) return this.#opened;
    const answer = this.#opener();
    if (isDriver(answer)) {
      this.#opened = answer;
      return answer;
    }
    const opening = this.#settle(answer);
    this.#opened = opening;
    return opening;
  }

  /** The disk if it is open, waiting for an opening under way; `undefined` if there is nothing to close. */
  async opened(): Promise<Driver | undefined> {
    try {
      return await this.#opened;
    } catch {
      // Whoever asked for the opening has the error.
      return undefined;
    }
  }

  async #settle(answer: Promise<Driver>): Promise<Driver> {
    try {
      const driver = await answer;
      if (!isDriver(driver)) throw notDriver(driver);
      this.#opened = driver;
      return driver;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}
