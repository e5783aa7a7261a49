/**
 * The disks of a folder that are in use: each file is open once, for as long as somebody has it. It is opened anew only when
 * all that the last one had to write is written.
 */
import { close } from 'node:fs';
import { promisify } from 'node:util';
import { allClosed, type Driver, flushAndClose } from '@nbd/driver';
import type { OpenFile } from '../file/open-file.ts';

/** A disk, and who uses it. */
interface Use {
  readonly identity: string;
  readonly opening: Promise<Driver>;
  users: number;
  closing: Promise<void> | undefined;
}

/** The use that somebody makes of a disk; `release` ends it, once. */
export interface DiskLoan {
  readonly driver: Driver;
  release(): Promise<void>;
}

export class FolderDisks {
  readonly #open: (file: OpenFile) => Promise<Driver>;
  /** By what is the same for two names of one file. A file that took the name of another is a disk of its own. */
  readonly #uses = new Map<string, Use>();

  /** `open` takes over the descriptor, also when it rejects. */
  constructor(open: (file: OpenFile) => Promise<Driver>) {
    this.#open = open;
  }

  /** The disk of the file, whose descriptor it takes over. Rejects as `open` does. */
  async lend(file: OpenFile): Promise<DiskLoan> {
    const known = this.#uses.get(file.identity);
    if (known?.closing !== undefined) {
      // How that went is told to those who close it.
      await known.closing.catch(() => undefined);
      return this.lend(file);
    }
    const use = known ?? this.#begin(file);
    use.users++;
    try {
      if (known !== undefined) await promisify(close)(file.fd);
      const driver = await use.opening;
      let released: Promise<void> | undefined;
      return {
        driver,
        release: () => {
          released ??= this.#release(use);
          return released;
        },
      };
    } catch (error) {
      await this.#release(use);
      throw error;
    }
  }

  /**
   * Flushes and closes all, also what is still in use, and waits for those that are being closed. Rejects with what fails
   * at that.
   */
  async closeAll(): Promise<void> {
    await allClosed(Array.from(this.#uses.values(), (use) => this.#close(use)));
  }

  #begin(file: OpenFile): Use {
    const use: Use = {
      identity: file.identity,
      opening: this.#open(file),
      users: 0,
      closing: undefined,
    };
    this.#uses.set(file.identity, use);
    return use;
  }

  async #release(use: Use): Promise<void> {
    use.users--;
    if (use.users === 0) await this.#close(use);
  }

  #close(use: Use): Promise<void> {
    use.closing ??= this.#end(use);
    return use.closing;
  }

  async #end({ identity, opening }: Use): Promise<void> {
    try {
      // What did not open has told so to those who asked.
      const driver = await opening.catch(() => undefined);
      if (driver !== undefined) await flushAndClose(driver);
    } finally {
      this.#uses.delete(identity);
    }
  }
}
