/**
 * What a disk can do, as the wire says it: a pure function of what methods and facts are there.
 * Spec: proto.md, "Transmission flags" and "Block size constraints".
 *
 *   flag               when
 *   READ_ONLY          no `write`, or `readOnly`
 *   SEND_FLUSH         `flush`
 *   SEND_FUA           `fua: 'native'`, or emulated by `flush`
 *   SEND_TRIM          `trim`
 *   SEND_WRITE_ZEROES  writable: `zero`, or emulated by `write`
 *   SEND_FAST_ZERO     with SEND_WRITE_ZEROES: an emulated one is refused as not fast
 *   SEND_CACHE, SEND_RESIZE, ROTATIONAL, CAN_MULTI_CONN   as the driver says
 */
import { TransmissionFlag } from '@nbd/codec';
import type { BlockSize, Driver, OpenExport } from '@nbd/driver';
import type { SessionLimits } from '../limits.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import { isSendable, sendableDescription } from './sendable.ts';

const BLOCK_MINIMUM_MAX = 65_536;
const BLOCK_PREFERRED_MIN = 512;
/** The field has 32 bits. */
const PAYLOAD_MAX_MAX = 0xffff_ffff;
const BLOCK_PREFERRED_DEFAULT = 4096;

/**
 * The facts of an export that is being opened.
 *
 * @throws RangeError for a name, a size or block sizes that may not go on the wire (C-135), or no concurrency
 */
export function advertise(opened: OpenExport, limits: SessionLimits): ExportFacts {
  const { driver, name } = opened;
  if (!isSendable(name)) {
    throw new RangeError(
      'the name of an export must be well-formed, without NUL, at most 4096 bytes',
    );
  }
  if (!Number.isSafeInteger(driver.size) || driver.size < 0) {
    throw new RangeError(`the size of a disk must be a safe integer of bytes, not ${driver.size}`);
  }
  const { concurrency = 1 } = driver;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`the concurrency of a disk must be at least 1, not ${concurrency}`);
  }
  const block = driver.blockSize ?? {
    minimum: 1,
    preferred: BLOCK_PREFERRED_DEFAULT,
    payloadMax: limits.payloadBytesMax,
  };
  const largest = Math.min(limits.payloadBytesMax, PAYLOAD_MAX_MAX);
  checkBlockSize(block, largest);
  return {
    name,
    description: sendableDescription(opened),
    size: driver.size,
    transmissionFlags: transmissionFlags(driver),
    blockMinimum: block.minimum,
    blockPreferred: block.preferred,
    payloadMax: roundDown(Math.min(block.payloadMax, largest), block.minimum),
  };
}

/** The TransmissionFlag bits of a disk. */
export function transmissionFlags(driver: Driver): number {
  let flags: number = TransmissionFlag.HAS_FLAGS;
  if (driver.flush !== undefined) flags |= TransmissionFlag.SEND_FLUSH;
  if (driver.fua === 'native' || driver.flush !== undefined) flags |= TransmissionFlag.SEND_FUA;
  if (driver.rotational === true) flags |= TransmissionFlag.ROTATIONAL;
  if (driver.multiConn === true) flags |= TransmissionFlag.CAN_MULTI_CONN;
  if (driver.cache !== undefined) flags |= TransmissionFlag.SEND_CACHE;
  if (driver.write === undefined || driver.readOnly === true) {
    return flags | TransmissionFlag.READ_ONLY;
  }
  flags |= TransmissionFlag.SEND_WRITE_ZEROES | TransmissionFlag.SEND_FAST_ZERO;
  if (driver.trim !== undefined) flags |= TransmissionFlag.SEND_TRIM;
  if (driver.resize !== undefined) flags |= TransmissionFlag.SEND_RESIZE;
  return flags;
}

function checkBlockSize({ minimum, preferred, payloadMax }: BlockSize, largest: number): void {
  const fault = (!isPowerOfTwo(minimum) || minimum > BLOCK_MINIMUM_MAX) && `minimum ${minimum}`;
  const preferredFault =
    (!isPowerOfTwo(preferred) ||
      preferred < Math.max(minimum, BLOCK_PREFERRED_MIN) ||
      preferred > largest) &&
    `preferred ${preferred}`;
  const payloadFault = !(payloadMax >= preferred) && `payloadMax ${payloadMax}`;
  const found = fault || preferredFault || payloadFault;
  if (found !== false) {
    throw new RangeError(
      `the block sizes of a disk must be powers of two with 1 <= minimum <= 65536, 512 <= preferred, ` +
        `minimum <= preferred <= payloadMax, preferred <= ${largest}: found ${found}`,
    );
  }
}

function isPowerOfTwo(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0 && Number.isInteger(Math.log2(value));
}

function roundDown(value: number, unit: number): number {
  return value - (value % unit);
}
