import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex, view } from '../../test/values.ts';
import { decodeOffsetHole } from './offset-hole.ts';

describe('a hole', () => {
  it('C-204 is refused if it is empty', () => {
    const bytes = view(fromHex('0000000000001000 00000000'));
    expect(refusal(() => decodeOffsetHole(bytes, 0, { offset: 0, length: 0 }))).toBe('bad-value');
  });

  it('C-204 may be 2^32 - 1 bytes', () => {
    const bytes = view(fromHex('0000000000001000 ffffffff'));
    expect(decodeOffsetHole(bytes, 0, { offset: 0, length: 0 }).length).toBe(2 ** 32 - 1);
  });

  it('K-025 E-38 near 2^64 is not read as one near 0', () => {
    const bytes = view(fromHex('fffffffffffffff0 00000010'));
    expect(decodeOffsetHole(bytes, 0, { offset: 0, length: 0 }).offset).toBeGreaterThan(2 ** 63);
  });
});
