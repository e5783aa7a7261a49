/**
 * Changes to the allocation of a range, by whichever optional package offers them here.
 */
import type { Environment } from '../system/environment.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { FALLOC_KEEP_SIZE, FALLOC_PUNCH_HOLE, FALLOC_ZERO_RANGE } from '../system/system-calls.ts';

/** Offset and length in bytes. Rejects with an error that has Node's `code`. Never runs on the loop. */
export type RangeCall = (offset: number, length: number) => Promise<void>;

/** Absent: cannot be done here. */
export interface RangeCalls {
  /** Makes as much of the range a hole as the system can; what the rest reads as is open. */
  readonly discard?: RangeCall;
  /** Makes the range a hole that reads as zeroes, to the byte. */
  readonly punch?: RangeCall;
  /** Makes the range zeroes that have their space. */
  readonly zero?: RangeCall;
}

export function rangeCalls(file: FileInUse, environment: Environment): RangeCalls {
  const { systemCalls, extensions } = environment;
  const ext: RangeCall | undefined =
    extensions && ((at, length) => file.use((fd) => extensions.trim(fd, at, length)));
  if (systemCalls === undefined) {
    if (ext === undefined) return {};
    // Elsewhere than on Linux the package rounds the range to blocks of the file system.
    return process.platform === 'linux' ? { discard: ext, punch: ext } : { discard: ext };
  }
  const punch =
    ext ??
    ((offset, length) =>
      file.use((fd) =>
        systemCalls.fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, offset, length),
      ));
  // Without KEEP_SIZE: a range at the end of a file that has shrunk grows it again, as a write would.
  const zero: RangeCall = (offset, length) =>
    file.use((fd) => systemCalls.fallocate(fd, FALLOC_ZERO_RANGE, offset, length));
  return { discard: punch, punch, zero };
}
