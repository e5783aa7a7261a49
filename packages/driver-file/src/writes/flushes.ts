/**
 * Flushes that do not forget. The system reports data that it could not write once, to one `fdatasync`
 * of a descriptor, and gives the data up; the next call finds nothing wrong. So a failure is remembered,
 * for all disks of this thread that have the file open, until the last of them is closed.
 */
import { DriverError } from '@nbd/driver';
import { toDriverError } from '../file/file-error.ts';

interface FlushRecord {
  disks: number;
  /** The first failure. */
  failure: DriverError | undefined;
}

const records = new Map<string, FlushRecord>();

export interface Flushes {
  /** Rejects as `sync` does, and with `DriverError("EIO")` ever after. */
  flush(): Promise<void>;
  /** The disk is closed. Called once. */
  leave(): void;
}

/**
 * The flushes of a disk. `identity` is the same for all disks of one file; `sync` answers when the data is on
 * stable storage, and a `DriverError` of its own says nothing of the storage.
 */
export function sharedFlushes(identity: string, path: string, sync: () => Promise<void>): Flushes {
  const record: FlushRecord = records.get(identity) ?? { disks: 0, failure: undefined };
  records.set(identity, record);
  record.disks++;

  const refuseAfterFailure = (): void => {
    if (record.failure === undefined) return;
    throw new DriverError('EIO', `${path}: flush: data may be lost since an earlier one failed`, {
      cause: record.failure,
    });
  };

  return {
    async flush() {
      refuseAfterFailure();
      try {
        await sync();
      } catch (error) {
        const failure = toDriverError(error, `${path}: flush`);
        if (failure !== error) record.failure ??= failure;
        throw failure;
      }
      // Another flush may have been told in the meantime what this one would have been told.
      refuseAfterFailure();
    },

    leave() {
      record.disks--;
      if (record.disks === 0) records.delete(identity);
    },
  };
}
