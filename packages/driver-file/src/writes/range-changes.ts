/**
 * `trim` and `zero`: by the quickest way that the file system knows, and by writing where it knows none.
 */
import { DriverError } from '@nbd/driver';
import type { ZeroOptions } from '@nbd/driver';
import { systemErrorCode, toDriverError } from '../file/file-error.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { writeInPool } from '../runs/pool-writes.ts';
import type { RangeCall, RangeCalls } from './range-calls.ts';

/** What the system answers when it, or the file system, does not know how. */
const UNKNOWN_HERE: ReadonlySet<string | undefined> = new Set([
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
]);

const SLICE_BYTES = 256 * 1024;
const zeroes = new Uint8Array(SLICE_BYTES);

/** The part of `Driver` that changes the allocation of ranges. */
export interface RangeChanges {
  trim?(offset: number, length: number): Promise<void>;
  zero?(offset: number, length: number, options: ZeroOptions): Promise<void>;
}

/** `notice` is told once of each call that the file system turns out not to know. */
export function rangeChanges(
  file: FileInUse,
  calls: RangeCalls,
  notice: (text: string) => void,
): RangeChanges {
  const discard = calls.discard && attempt(file, 'discard', calls.discard, notice);
  const punch = calls.punch && attempt(file, 'punch hole', calls.punch, notice);
  const zero = calls.zero && attempt(file, 'zero range', calls.zero, notice);

  async function zeroRange(offset: number, length: number, options: ZeroOptions): Promise<void> {
    if (options.mayTrim && (await punch?.(offset, length))) return;
    if (await zero?.(offset, length)) return;
    if (options.fast) {
      throw new DriverError(
        'ENOTSUP',
        `${file.path}: zero of ${length} bytes at ${offset}: the file system has no fast way`,
      );
    }
    await writeZeroes(file, offset, length);
  }

  return {
    ...(discard && {
      async trim(offset, length) {
        // A hint: where the file system does not know how, nothing is done and nothing is wrong.
        await discard(offset, length);
      },
    }),
    ...((punch ?? zero) && { zero: zeroRange }),
  };
}

/** True: done. False: the file system does not know how, which is remembered, and nothing has changed. */
type Attempt = (offset: number, length: number) => Promise<boolean>;

function attempt(
  file: FileInUse,
  name: string,
  call: RangeCall,
  notice: (text: string) => void,
): Attempt {
  let known = true;
  return async (offset, length) => {
    if (!known) return false;
    try {
      await call(offset, length);
      return true;
    } catch (error) {
      const code = systemErrorCode(error);
      if (!UNKNOWN_HERE.has(code)) {
        throw toDriverError(error, `${file.path}: ${name} of ${length} bytes at ${offset}`);
      }
      // EINVAL may be the fault of this range alone (blocks of a device), so it is tried again.
      if (known && code !== 'EINVAL') {
        known = false;
        notice(`${file.path}: the file system cannot ${name}`);
      }
      return false;
    }
  };
}

/** One slice at a time, so that a huge range holds neither the loop nor the pool. */
async function writeZeroes(file: FileInUse, offset: number, length: number): Promise<void> {
  for (let done = 0; done < length; done += SLICE_BYTES) {
    const slice = zeroes.subarray(0, Math.min(SLICE_BYTES, length - done));
    await writeInPool(file, slice, offset + done);
  }
}
