/** A disk in a file of the origin private file system: the browser's own storage, which outlives the page. */
import { DriverError, type Driver } from '@nbd/driver';

/**
 * What is used of a `FileSystemSyncAccessHandle`, which `createSyncAccessHandle` of a file handle gives to
 * dedicated workers, to one at a time. Positions are bytes.
 */
export interface SyncAccessHandle {
  /** Answers how many bytes were read: fewer at the end of the file. */
  read(target: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  /** Answers how many bytes were written. */
  write(source: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  flush(): void;
  close(): void;
}

export interface SyncAccessDriverOptions {
  /** Belongs to the disk from now on, and is closed with it. */
  readonly handle: SyncAccessHandle;
  /** Size of the disk, in bytes: a safe integer of at least 0. */
  readonly size: number;
}

/**
 * A disk of `size` bytes in a file that grows as it is written; where the file has ended, the disk reads as
 * zeroes. All answers are given at once. The changes are in the file, and on stable storage after a
 * `flush`: open it again to have them again.
 *
 * @throws RangeError for a size that is not such an integer
 */
export function syncAccessDriver({ handle, size }: SyncAccessDriverOptions): Driver {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`disk in a file: expected a size of 0 to 2^53 - 1, found ${size}`);
  }
  return {
    size,
    multiConn: true,
    retainsSource: false,
    fillsTarget: true,

    read(target, offset) {
      const found = attempt('read', offset, () => handle.read(own(target), { at: offset }));
      target.fill(0, found);
    },

    write(source, offset) {
      const taken = attempt('write', offset, () => handle.write(own(source), { at: offset }));
      if (taken === source.length) return;
      throw new DriverError(
        'ENOSPC',
        `disk in a file: expected to write ${source.length} bytes at ${offset}, wrote ${taken}`,
      );
    },

    flush() {
      attempt('flush', 0, () => handle.flush());
    },

    close() {
      handle.close();
    },
  };
}

/** The memory of a session is never shared with other threads, which is what handles insist on. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

/** Makes the call of a handle, and says of a failure what a client can be told. */
export function attempt<Found>(what: string, offset: number, call: () => Found): Found {
  try {
    return call();
  } catch (cause) {
    const isFull = (cause as { name?: unknown }).name === 'QuotaExceededError';
    throw new DriverError(
      isFull ? 'ENOSPC' : 'EIO',
      `disk in a file: cannot ${what} at ${offset}: ${String(cause)}`,
      { cause },
    );
  }
}
