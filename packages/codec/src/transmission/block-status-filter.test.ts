import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex } from '../../test/values.ts';
import { decodeBlockStatusFilter } from './block-status-filter.ts';

describe('a block status filter', () => {
  it.each(['', '00000000400000', '0000000040000000 000001', '0000000040000000 00000001 00'])(
    'C-262 is refused if it is not 8 bytes and a multiple of 4: %s',
    (hex) => {
      expect(refusal(() => decodeBlockStatusFilter(fromHex(hex)))).toBe('bad-length');
    },
  );

  it('C-262 keeps ids that are missing or doubled, for the session to refuse', () => {
    expect(decodeBlockStatusFilter(fromHex('0000000040000000'))).toEqual({
      effectLength: 2 ** 30,
      contextIds: [],
    });
    const doubled = fromHex('0000000040000000 00000001 00000001');
    expect(decodeBlockStatusFilter(doubled).contextIds).toEqual([1, 1]);
  });
});
