/**
 * Writes in Node's thread pool. Whatever goes wrong with a write ends here: the pool finds out the true error.
 */
import { write, writev } from 'node:fs';
import { promisify } from 'node:util';
import { DriverError } from '@nbd/driver';
import { toDriverError } from '../file/file-error.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { CALL_BYTES_MAX } from './pool-run.ts';
import type { PoolTransfer } from './pool-run.ts';

const writeSome = promisify(write);
const writeSomeOfRun = promisify(writev);

/**
 * Writes `source` from byte `written` on; `offset` is where its first byte goes to. It must stay as it is until the
 * promise settles.
 */
export async function writeInPool(
  file: FileInUse,
  source: Uint8Array,
  offset: number,
  written = 0,
): Promise<void> {
  for (let done = written; done < source.length; ) {
    const count = await writeOn(file, source, offset, done);
    if (count === 0) throw stuck(file, source, offset, done);
    done += count;
  }
}

/** The same for neighbours. */
export function poolWrites(file: FileInUse): PoolTransfer {
  return {
    all: (source, offset, written) => writeInPool(file, source, offset, written),

    async some(sources, offset) {
      try {
        const { bytesWritten } = await file.use((fd) => writeSomeOfRun(fd, sources, offset));
        return bytesWritten;
      } catch {
        return 0;
      }
    },
  };
}

async function writeOn(
  file: FileInUse,
  source: Uint8Array,
  offset: number,
  done: number,
): Promise<number> {
  try {
    const length = Math.min(source.length - done, CALL_BYTES_MAX);
    const { bytesWritten } = await file.use((fd) =>
      writeSome(fd, source, done, length, offset + done),
    );
    return bytesWritten;
  } catch (error) {
    throw toDriverError(error, describe(file, source, offset));
  }
}

function stuck(file: FileInUse, source: Uint8Array, offset: number, done: number): DriverError {
  return new DriverError(
    'EIO',
    `${describe(file, source, offset)}: the system took ${done} bytes and no more`,
  );
}

function describe(file: FileInUse, source: Uint8Array, offset: number): string {
  return `${file.path}: write of ${source.length} bytes at ${offset}`;
}
