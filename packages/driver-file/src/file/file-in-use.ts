/**
 * The descriptor of a disk, and who still uses it when the disk is closed.
 *
 * A number that has been given back may at once name another file of the program. So it cannot be had
 * once the disk is closed, and it is given back when the last system call off the loop is over.
 */
import { close } from 'node:fs';
import { promisify } from 'node:util';
import { DriverError } from '@nbd/driver';
import { CallCount } from './call-count.ts';

const closeDescriptor = promisify(close);

export class FileInUse {
  /** For messages. */
  readonly path: string;
  readonly #fd: number;
  readonly #calls = new CallCount();
  readonly #closed: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  /** Takes over the descriptor: nobody else closes it. */
  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.path = path;
  }

  /** For a system call that is over when it returns. Throws `DriverError("ESHUTDOWN")` once the disk is closed. */
  get fd(): number {
    if (this.#closing === undefined) return this.#fd;
    throw new DriverError('ESHUTDOWN', `${this.path}: the disk is closed`);
  }

  /** Makes one system call off the loop; the descriptor stays open until it is over. Rejects as `fd` throws. */
  async use<T>(call: (fd: number) => Promise<T>): Promise<T> {
    return this.#calls.count(call(this.fd));
  }

  /** Has `action` done when the descriptor has been closed. */
  whenClosed(action: () => void): void {
    this.#closed.push(action);
  }

  /**
   * Lets no further call begin. Resolves when those under way are over and the descriptor is closed; the
   * same promise every time.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeUnused();
    return this.#closing;
  }

  async #closeUnused(): Promise<void> {
    await this.#calls.none();
    try {
      await closeDescriptor(this.#fd);
    } finally {
      for (const action of this.#closed) action();
    }
  }
}
