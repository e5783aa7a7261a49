import { TransmissionFlag } from '@nbd/codec';
import type { BlockSize, Driver } from '@nbd/driver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertyRuns } from '../../test/property-runs.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { advertise, transmissionFlags } from './advertise.ts';

const FLAG = TransmissionFlag;

const BARE: Driver = { size: 1000, read: () => undefined };
const nothing = () => undefined;

function opened(facts: Partial<Driver>, name = 'disk', description?: string) {
  const driver: Driver = { ...BARE, ...facts };
  return { name, driver, close: nothing, ...(description !== undefined && { description }) };
}

function factsOf(blockSize: BlockSize, limits = DEFAULT_LIMITS) {
  return advertise(opened({ blockSize }), limits);
}

const WRITABLE = { write: nothing };
const ZEROES = FLAG.SEND_WRITE_ZEROES | FLAG.SEND_FAST_ZERO;

test.each<readonly [string, Partial<Driver>, number]>([
  ['nothing but read', {}, FLAG.READ_ONLY],
  ['write', WRITABLE, ZEROES],
  ['write and zero', { ...WRITABLE, zero: nothing }, ZEROES],
  ['write, but is read-only', { ...WRITABLE, readOnly: true }, FLAG.READ_ONLY],
  ['flush', { flush: nothing }, FLAG.READ_ONLY | FLAG.SEND_FLUSH | FLAG.SEND_FUA],
  ['native FUA and no flush', { ...WRITABLE, fua: 'native' }, ZEROES | FLAG.SEND_FUA],
  ['trim', { ...WRITABLE, trim: nothing }, ZEROES | FLAG.SEND_TRIM],
  ['cache', { cache: nothing }, FLAG.READ_ONLY | FLAG.SEND_CACHE],
  ['resize', { ...WRITABLE, resize: nothing }, ZEROES | FLAG.SEND_RESIZE],
  ['rotational', { rotational: true }, FLAG.READ_ONLY | FLAG.ROTATIONAL],
  ['multiConn', { multiConn: true }, FLAG.READ_ONLY | FLAG.CAN_MULTI_CONN],
])('C-126 C-128 S-25 a disk with %s', (_, facts, flags) => {
  expect(transmissionFlags({ ...BARE, ...facts })).toBe(FLAG.HAS_FLAGS | flags);
});

const someDriver: fc.Arbitrary<Driver> = fc
  .record(
    {
      write: fc.constant(nothing),
      flush: fc.constant(nothing),
      trim: fc.constant(nothing),
      zero: fc.constant(nothing),
      cache: fc.constant(nothing),
      resize: fc.constant(nothing),
      extents: fc.constant(() => []),
      readOnly: fc.boolean(),
      rotational: fc.boolean(),
      multiConn: fc.boolean(),
      fua: fc.constant('native' as const),
    },
    { requiredKeys: [] },
  )
  .map((facts): Driver => Object.assign({ size: 1000, read: nothing }, facts));

test('C-126 C-127 C-128 C-290 C-291 S-25 the flags of any disk keep the rules between them', () => {
  fc.assert(
    fc.property(someDriver, (driver) => {
      const flags = transmissionFlags(driver);
      const has = (flag: number) => (flags & flag) !== 0;
      expect(has(FLAG.HAS_FLAGS)).toBe(true);
      expect(has(FLAG.SEND_DF) || has(FLAG.BLOCK_STATUS_PAYLOAD)).toBe(false);
      expect(has(FLAG.READ_ONLY)).toBe(driver.write === undefined || driver.readOnly === true);
      const readOnly = has(FLAG.READ_ONLY);
      expect(has(FLAG.SEND_WRITE_ZEROES)).toBe(!readOnly);
      expect(has(FLAG.SEND_FAST_ZERO)).toBe(!readOnly);
      expect(has(FLAG.SEND_TRIM)).toBe(!readOnly && 'trim' in driver);
      expect(has(FLAG.SEND_RESIZE)).toBe(!readOnly && 'resize' in driver);
      expect(has(FLAG.SEND_FLUSH)).toBe(driver.flush !== undefined);
      expect(has(FLAG.SEND_CACHE)).toBe(driver.cache !== undefined);
      expect(has(FLAG.SEND_FUA)).toBe(driver.fua === 'native' || driver.flush !== undefined);
      expect(has(FLAG.ROTATIONAL)).toBe(driver.rotational === true);
      expect(has(FLAG.CAN_MULTI_CONN)).toBe(driver.multiConn === true);
      expect(flags).toBeLessThan(0x1000);
    }),
    propertyRuns(300),
  );
});

test('C-131 a disk that says nothing of blocks is told as 1, 4096 and our own largest payload', () => {
  expect(advertise(opened({}, 'disk', 'a disk'), DEFAULT_LIMITS)).toEqual({
    name: 'disk',
    description: 'a disk',
    size: 1000,
    transmissionFlags: FLAG.HAS_FLAGS | FLAG.READ_ONLY,
    blockMinimum: 1,
    blockPreferred: 4096,
    payloadMax: 32 * 2 ** 20,
  });
});

test.each([
  ['no limit of its own', 0xffff_ffff, 32 * 2 ** 20],
  ['more than ours', 64 * 2 ** 20, 32 * 2 ** 20],
  ['less than ours', 65_536, 65_536],
  ['no multiple of its blocks', 65_537, 65_536],
])('C-118 C-136 a largest payload of %s', (_, payloadMax, told) => {
  expect(factsOf({ minimum: 512, preferred: 4096, payloadMax }).payloadMax).toBe(told);
});

const size = fc.oneof(
  fc.constantFrom(0, -1, 1.5, Number.NaN, Infinity, 511, 4097, 2 ** 32, 2 ** 33, 2 ** 49 - 1),
  fc.nat({ max: 32 }).map((power) => 2 ** power),
  fc.nat({ max: 100_000 }),
);

const POWERS: ReadonlySet<number> = new Set(Array.from({ length: 32 }, (_, n) => 2 ** n));

function isLawful({ minimum, preferred, payloadMax }: BlockSize): boolean {
  return (
    POWERS.has(minimum) &&
    POWERS.has(preferred) &&
    minimum <= 65_536 &&
    preferred >= 512 &&
    preferred >= minimum &&
    payloadMax >= preferred
  );
}

const triple = fc.record({ minimum: size, preferred: size, payloadMax: size });

test('C-119 C-135 S-20 block sizes that may not go on the wire are refused', () => {
  fc.assert(
    fc.property(
      triple.filter((block) => !isLawful(block)),
      (block) => {
        expect(() => factsOf(block)).toThrow(RangeError);
      },
    ),
    propertyRuns(1000),
  );
});

const power = (min: number, max: number) => fc.integer({ min, max }).map((n) => 2 ** n);

test('C-119 C-135 S-20 lawful block sizes are told as they are, and a largest payload that fits them', () => {
  fc.assert(
    fc.property(
      power(0, 16),
      power(9, 25),
      fc.nat({ max: 2 ** 32 - 1 }),
      (minimum, larger, more) => {
        const preferred = Math.max(minimum, larger);
        const payloadMax = Math.max(preferred, more);
        const facts = factsOf({ minimum, preferred, payloadMax });
        expect(facts).toMatchObject({ blockMinimum: minimum, blockPreferred: preferred });
        expect(facts.payloadMax % minimum).toBe(0);
        expect(facts.payloadMax).toBeGreaterThanOrEqual(preferred);
        expect(facts.payloadMax).toBeLessThanOrEqual(
          Math.min(payloadMax, DEFAULT_LIMITS.payloadBytesMax),
        );
      },
    ),
    propertyRuns(300),
  );
});

test('C-135 a preferred size that does not fit its 32 bits is refused, not told as 0', () => {
  const blockSize = { minimum: 1, preferred: 2 ** 32, payloadMax: 2 ** 33 };
  expect(() => factsOf(blockSize)).toThrow(RangeError);
});

test('C-136 a preferred size above our own largest payload is refused: no disk makes a larger one lawful', () => {
  const blockSize = { minimum: 1, preferred: 2 ** 26, payloadMax: 2 ** 26 };
  expect(() => factsOf(blockSize)).toThrow(RangeError);
});

test.each([0, -1, 1.5, Number.NaN])(
  'a concurrency of %d is refused: nothing could ever be done',
  (concurrency) => {
    expect(() => advertise(opened({ concurrency }), DEFAULT_LIMITS)).toThrow(RangeError);
  },
);

test.each([-1, 1.5, 2 ** 53, Number.NaN, Infinity])('a size of %d is refused', (badSize) => {
  expect(() => advertise(opened({ size: badSize }), DEFAULT_LIMITS)).toThrow(RangeError);
});

test.each([0, Number.MAX_SAFE_INTEGER])('a size of %d is told', (goodSize) => {
  expect(advertise(opened({ size: goodSize }), DEFAULT_LIMITS).size).toBe(goodSize);
});

test.each(['with \0', 'lone \udc00', 'x'.repeat(4097)])(
  'C-049 C-050 a name that the wire cannot carry is refused, such a description is left out',
  (text) => {
    expect(() => advertise(opened({}, text), DEFAULT_LIMITS)).toThrow(RangeError);
    expect(advertise(opened({}, 'disk', text), DEFAULT_LIMITS).description).toBeUndefined();
  },
);
