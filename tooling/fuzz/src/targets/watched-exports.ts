/** Exports that open at once, later, or not at all, and count what is opened and closed. */
import { DriverError, type ExportListing, type ExportSource, type OpenExport } from '@nbd/driver';
import type { Dice } from '../../../../packages/session/test/client/dice.ts';
import { DISK_BYTES, LARGE_BYTES } from './client-messages.ts';
import { type WatchedDriver, watchedDriver } from './watched-driver.ts';

export class WatchedExports implements ExportSource {
  readonly #dice: Dice;
  readonly #opened: WatchedDriver[] = [];
  #closed = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** What was done to the disks against their contract. */
  get faults(): readonly string[] {
    const faults = this.#opened.flatMap((each) => each.faults);
    const { length } = this.#opened;
    return this.#closed === length
      ? faults
      : [...faults, `${length} opened, ${this.#closed} closed`];
  }

  /** How often the disks were called. */
  get calls(): number {
    return this.#opened.reduce((sum, { calls }) => sum + calls(), 0);
  }

  list(): Promise<readonly ExportListing[]> | readonly ExportListing[] {
    const listing = [{ name: 'disk', description: 'of a test' }, { name: 'late' }];
    return this.#dice.oneIn(2) ? Promise.resolve(listing) : listing;
  }

  open(name: string): Promise<OpenExport> | OpenExport | undefined {
    switch (name) {
      case '':
      case 'disk':
        return this.#open(name);
      case 'large':
        return this.#open(name, LARGE_BYTES);
      case 'late':
        return Promise.resolve().then(() => this.#open(name));
      case 'denied':
        throw new DriverError('EPERM', 'as the test wants it');
      case 'broken':
        return Promise.reject(new Error('as the test wants it'));
      default:
        return undefined;
    }
  }

  #open(name: string, size: number = DISK_BYTES): OpenExport {
    const watched = watchedDriver(this.#dice, size);
    this.#opened.push(watched);
    return {
      name,
      driver: watched.driver,
      close: () => {
        this.#closed++;
      },
    };
  }
}
