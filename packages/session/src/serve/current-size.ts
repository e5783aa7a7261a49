/**
 * The size of a disk, which other connections may change while something is half done: a long READ between two
 * pieces, a request that waits for its turn, a map that comes after another. What the disk is asked for later
 * than its request was checked is looked at again, since a disk is never asked beyond its end.
 */
import { Command, type Request } from '@nbd/codec';
import { type Driver, DriverError } from '@nbd/driver';
import type { ExportFacts } from '../server/transmission/export-facts.ts';

/** Takes over the size that the disk has now. One that cannot be is passed over. */
export function lookAtSize(driver: Driver, facts: ExportFacts): void {
  const size = sizeOf(driver);
  if (size !== undefined) facts.size = size;
}

/**
 * Checks a range of a good request against the size that the disk has now. It is all of the request unless `offset` and
 * `length` say otherwise.
 *
 * @throws DriverError EINVAL or ENOSPC, as a request is answered that comes too late (C-182)
 */
export function mustStillFit(
  driver: Driver,
  facts: ExportFacts,
  request: Request,
  offset: number = request.offset,
  length: number = request.length,
): void {
  const { type } = request;
  if (type === Command.RESIZE) return;
  lookAtSize(driver, facts);
  if (offset + length <= facts.size) return;
  const isForSpace = type === Command.WRITE || type === Command.WRITE_ZEROES;
  throw new DriverError(
    isForSpace ? 'ENOSPC' : 'EINVAL',
    `${length} bytes at ${offset}: the disk has shrunk to ${facts.size}`,
  );
}

/** The size of a disk, unless its driver fails to tell it. */
function sizeOf(driver: Driver): number | undefined {
  try {
    const { size } = driver;
    return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
  } catch {
    return undefined;
  }
}
