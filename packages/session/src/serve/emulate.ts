/**
 * What the session does for a disk that lacks the native form: FUA by a flush, zeroes by writing them.
 */
import { type Awaitable, type Driver, DriverError, type ZeroOptions } from '@nbd/driver';
import { isPromise } from './is-promise.ts';

/** Zeroes are written in slices of this many bytes. */
const SLICE_BYTES = 256 * 1024;
/** After this many slices in one go the others get a turn. */
const SLICES_PER_TURN = 16;

const PLAIN = { fua: false };

/** `change`, and then a flush: the change is durable when this is answered. */
export function thenFlush(change: Awaitable<void>, driver: Driver): Awaitable<void> {
  const flush = driver.flush?.bind(driver) ?? nothing;
  return isPromise(change) ? change.then(flush) : flush();
}

/**
 * Zeroes a range by writing, however long it is. Native FUA is asked of each slice. `check` is called before each
 * slice, and `breathe` awaited every few; what they throw ends the work, which may have lost its purpose in the meantime.
 *
 * @throws DriverError ENOTSUP for `fast`: nothing is slower than this
 */
export async function zeroByWriting(
  driver: Driver,
  offset: number,
  length: number,
  { fua, fast }: ZeroOptions,
  check: (offset: number, length: number) => void,
  breathe: () => Promise<void>,
): Promise<void> {
  if (fast) throw new DriverError('ENOTSUP', 'zeroes are written out on this disk');
  const payloadMax = Math.min(SLICE_BYTES, driver.blockSize?.payloadMax ?? SLICE_BYTES);
  const slice = payloadMax - (payloadMax % (driver.blockSize?.minimum ?? 1));
  const options = fua ? { fua } : PLAIN;
  const zeroes = new Uint8Array(Math.min(slice, length));
  const end = offset + length;
  let slices = 0;
  for (let at = offset; at < end; at += slice) {
    const source = zeroes.subarray(0, end - at);
    check(at, source.length);
    const answer = driver.write?.(source, at, options);
    if (isPromise(answer)) await answer;
    if (++slices % SLICES_PER_TURN === 0) await breathe();
  }
}

function nothing(): void {}
