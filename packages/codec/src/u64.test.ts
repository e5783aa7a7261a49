import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readU64, writeU64 } from './u64.ts';

const view = new DataView(new ArrayBuffer(8));
const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 2n ** 53n - 16n, max: 2n ** 53n + 16n }),
  fc.bigInt({ min: 2n ** 64n - 4096n, max: 2n ** 64n - 1n }),
);

describe('a 64-bit field', () => {
  it('is exact up to 2^53 - 1, both ways', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        writeU64(view, 0, value);
        expect(view.getBigUint64(0)).toBe(BigInt(value));
        expect(readU64(view, 0)).toBe(value);
      }),
      { examples: [[0], [2 ** 32 - 1], [2 ** 32], [Number.MAX_SAFE_INTEGER]] },
    );
  });

  it('C-181 is never read as less than 2^53 if it is not', () => {
    fc.assert(
      fc.property(u64, (value) => {
        view.setBigUint64(0, value);
        expect(readU64(view, 0) >= 2 ** 53).toBe(value >= 2n ** 53n);
        expect(readU64(view, 0)).toBe(Number(value));
      }),
      { examples: [[2n ** 53n], [2n ** 53n + 1n], [2n ** 64n - 1n]] },
    );
  });

  it('C-181 S-11 is out of range as a number exactly when it is out of range as a bigint', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), u64, u64, (size, offset, length) => {
        view.setBigUint64(0, offset);
        const from = readU64(view, 0);
        view.setBigUint64(0, length);
        const count = readU64(view, 0);
        expect(from > size || count > size - from).toBe(offset + length > BigInt(size));
      }),
      { examples: [[Number.MAX_SAFE_INTEGER, 2n ** 64n - 1n, 1n]] },
    );
  });

  it('stays the same when what was read is written, and read again', () => {
    fc.assert(
      fc.property(u64, (value) => {
        view.setBigUint64(0, value);
        const once = readU64(view, 0);
        writeU64(view, 0, once);
        expect(readU64(view, 0)).toBe(once);
      }),
    );
  });

  it('is written as 2^64 - 1, not 0, if it was rounded up to 2^64', () => {
    view.setBigUint64(0, 2n ** 64n - 1n);
    expect(readU64(view, 0)).toBe(2 ** 64);
    writeU64(view, 0, 2 ** 64);
    expect(view.getBigUint64(0)).toBe(2n ** 64n - 1n);
  });
});
