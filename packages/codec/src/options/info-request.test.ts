import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex, view } from '../../test/values.ts';
import { decodeInfoRequest, encodeInfoRequest } from './info-request.ts';

const decode = (hex: string) => decodeInfoRequest(fromHex(hex));

/** A request without infos for a name of so many bytes. */
const naming = (bytes: number) => `${bytes.toString(16).padStart(8, '0')}${'61'.repeat(bytes)}0000`;

describe('the data of INFO and GO', () => {
  it('S-01 has a name length of 4 bytes and a count of 2', () => {
    expect(decode('00000004 6469736b 0002 0003 0001')).toEqual({
      exportName: 'disk',
      infos: [3, 1],
    });
  });

  it('C-112 C-113 keeps infos that are unknown or asked for twice, for the session to judge', () => {
    expect(decode('00000000 0003 ffff 0003 0003').infos).toEqual([0xffff, 3, 3]);
  });

  it.each([
    ['is empty', ''],
    ['is 5 bytes', '0000000000'],
    ['has a name longer than the data', '00000003 6162 0000'],
    ['has a name that leaves 1 byte for the count', '00000001 61 00'],
    ['has a name of 2^32 - 1 bytes', 'ffffffff 0000'],
    ['has a name of 2^32 - 6 bytes, which a sum in 32 bits would accept', 'fffffffa 0000'],
    ['has fewer infos than its count', '00000000 0002 0003'],
    ['has more infos than its count', '00000000 0001 0003 0001'],
    ['has bytes after a count of 0', '00000000 0000 00'],
  ])('C-110 S-18 is refused if it %s', (_what, hex) => {
    expect(refusal(() => decode(hex))).toBe('bad-length');
  });

  it('C-049 may name 4096 bytes, and not one more', () => {
    expect(decode(naming(4096)).exportName).toHaveLength(4096);
    expect(refusal(() => decode(naming(4097)))).toBe('bad-length');
  });

  it('C-050 is refused if the name has a NUL', () => {
    expect(refusal(() => decode('00000002 6100 0000'))).toBe('bad-text');
  });

  it('is the mistake of the caller with more infos than can be counted', () => {
    const infos = Array.from({ length: 65_536 }, () => 3);
    const target = view(new Uint8Array(6 + 2 * infos.length));
    expect(() => encodeInfoRequest(target, 0, { exportName: '', infos })).toThrow(RangeError);
  });
});
