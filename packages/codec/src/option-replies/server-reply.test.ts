import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex } from '../../test/values.ts';
import { decodeServerReply } from './server-reply.ts';

const decode = (hex: string) => decodeServerReply(fromHex(hex));

describe('a server reply', () => {
  it('C-065 S-07 has a name length of 4 bytes, then the name, then the rest as description', () => {
    expect(decode('00000002 6162 6364')).toEqual({ name: 'ab', description: 'cd' });
    expect(decode('00000000')).toEqual({ name: '', description: '' });
  });

  it.each([
    ['shorter than its name length', '000000'],
    ['shorter than its name', '00000003 6162'],
    ['a name of 2^32 - 1 bytes', 'ffffffff 6162'],
  ])('K-007 is refused as %s', (_what, hex) => {
    expect(refusal(() => decode(hex))).toBe('bad-length');
  });

  it('K-006 is refused if its description is longer than 4096 bytes', () => {
    expect(refusal(() => decode(`00000000 ${'61'.repeat(4097)}`))).toBe('bad-length');
  });
});
