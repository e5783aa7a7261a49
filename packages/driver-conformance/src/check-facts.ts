import type { BlockSize, Driver } from '@nbd/driver';
import { checkMaps } from './check-maps.ts';
import type { DriverConformanceOptions } from './conformance-options.ts';
import { sizesOf } from './conformance-options.ts';
import { traitsOf } from './traits.ts';
import { withDisk } from './with-disk.ts';

interface Rule {
  readonly expected: string;
  readonly holds: (found: unknown) => boolean;
}

const BOOLEAN: Rule = {
  expected: 'true or false',
  holds: (found) => typeof found === 'boolean',
};
const METHOD: Rule = { expected: 'a method', holds: (found) => typeof found === 'function' };

/** What each member is if it is there. */
const RULES: { readonly [Member in keyof Driver]-?: Rule } = {
  size: { expected: 'a safe integer', holds: Number.isSafeInteger },
  blockSize: { expected: 'three sizes', holds: (found) => typeof found === 'object' },
  readOnly: BOOLEAN,
  rotational: BOOLEAN,
  multiConn: BOOLEAN,
  concurrency: { expected: 'an integer of at least 1', holds: isCount },
  fua: { expected: '"native"', holds: (found) => found === 'native' },
  retainsSource: { expected: 'false', holds: (found) => found === false },
  fillsTarget: { expected: 'true', holds: (found) => found === true },
  lendsViews: { expected: 'true', holds: (found) => found === true },
  maps: { expected: 'an array of maps', holds: Array.isArray },
  read: METHOD,
  readBatch: METHOD,
  write: METHOD,
  writeBatch: METHOD,
  flush: METHOD,
  trim: METHOD,
  zero: METHOD,
  cache: METHOD,
  extents: METHOD,
  resize: METHOD,
  close: METHOD,
};

/** A disk has the size that was asked for, and says of itself only what the interface has words for. */
export async function checkFacts(options: DriverConformanceOptions): Promise<void> {
  for (const size of sizesOf(options)) {
    await withDisk(options, size, async (driver) => {
      if (driver.size !== size) {
        throw new Error(`size: expected ${size}, as it was asked for, found ${driver.size}`);
      }
      checkMembers(driver);
      checkBlockSize(driver.blockSize);
      checkMaps(driver);
      checkWritable(driver, options.writable ?? true);
    });
  }
}

function checkMembers(driver: Driver): void {
  for (const [member, { expected, holds }] of Object.entries(RULES) as [keyof Driver, Rule][]) {
    const found: unknown = driver[member];
    if (found === undefined && member !== 'read') continue;
    if (!holds(found)) throw new Error(`${member}: expected ${expected}, found ${String(found)}`);
  }
}

/** Rule C-135. */
function checkBlockSize(blockSize: BlockSize | undefined): void {
  if (blockSize === undefined) return;
  const { minimum, preferred, payloadMax } = blockSize;
  const lawful =
    isPowerOfTwo(minimum) &&
    minimum <= 0x1_0000 &&
    isPowerOfTwo(preferred) &&
    preferred >= Math.max(512, minimum) &&
    isCount(payloadMax) &&
    payloadMax >= preferred &&
    payloadMax <= 0xffff_ffff &&
    (payloadMax === 0xffff_ffff || payloadMax % minimum === 0);
  if (!lawful) {
    const found = `${minimum}, ${preferred}, ${payloadMax}`;
    throw new Error(
      `blockSize: expected minimum, preferred and payloadMax to agree, found ${found}`,
    );
  }
}

function checkWritable(driver: Driver, writable: boolean): void {
  if (traitsOf(driver).writable === writable) return;
  const expected = writable ? '`write`, and no `readOnly`' : 'no `write`, or `readOnly`';
  throw new Error(`a disk that is ${writable ? '' : 'not '}writable: expected ${expected}`);
}

function isCount(found: unknown): boolean {
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 1;
}

function isPowerOfTwo(found: number): boolean {
  return isCount(found) && Number.isInteger(Math.log2(found));
}
