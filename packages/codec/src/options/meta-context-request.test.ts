import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex } from '../../test/values.ts';
import { decodeMetaContextRequest } from './meta-context-request.ts';

const decode = (hex: string) => decodeMetaContextRequest(fromHex(hex));

describe('the data of LIST_META_CONTEXT and SET_META_CONTEXT', () => {
  it('C-155 may have no queries', () => {
    expect(decode('00000001 61 00000000')).toEqual({ exportName: 'a', queries: [] });
  });

  it('keeps queries that are empty or asked for twice, in their order', () => {
    expect(decode('00000000 00000003 00000001 62 00000000 00000001 62').queries).toEqual([
      'b',
      '',
      'b',
    ]);
  });

  it.each([
    ['is empty', ''],
    ['is 7 bytes', '00000000000000'],
    ['has a name longer than the data', '00000002 61 00000000'],
    ['has a name of 2^32 - 1 bytes', 'ffffffff 00000000'],
    ['has a query longer than the data', '00000000 00000001 00000002 61'],
    ['has fewer queries than its count', '00000000 00000002 00000001 61 000000'],
    ['has bytes after its last query', '00000000 00000001 00000001 61 00'],
    ['has bytes after a count of 0', '00000000 00000000 00'],
  ])('C-148 is refused if it %s', (_what, hex) => {
    expect(refusal(() => decode(hex))).toBe('bad-length');
  });

  it.each(['ffffffff', '40000000', '00000002'])(
    'C-149 is refused at once if its count 0x%s cannot be true',
    (count) => {
      const data = fromHex(`00000000 ${count} 00000000`);
      expect(() => decodeMetaContextRequest(data)).toThrow(/at least \d+ bytes at 8, found 4/);
    },
  );

  it('C-151 D-16 is refused if a query is longer than 4096 bytes, or has a NUL', () => {
    const long = `00000000 00000001 00001001 ${'61'.repeat(4097)}`;
    expect(refusal(() => decode(long))).toBe('bad-length');
    expect(refusal(() => decode('00000000 00000001 00000001 00'))).toBe('bad-text');
  });
});
