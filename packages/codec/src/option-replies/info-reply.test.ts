import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex } from '../../test/values.ts';
import { decodeInfoReply, measureInfoReply } from './info-reply.ts';

const decode = (hex: string) => decodeInfoReply(fromHex(hex));

describe('an info reply', () => {
  it('C-121 is exactly 12 bytes for EXPORT and 14 for BLOCK_SIZE', () => {
    const exported = { kind: 'export', size: 0, transmissionFlags: 1 } as const;
    const blockSize = { kind: 'block-size', minimum: 1, preferred: 1, payloadMax: 1 } as const;
    expect(measureInfoReply(exported)).toBe(12);
    expect(measureInfoReply(blockSize)).toBe(14);
  });

  it.each([
    ['nothing', ''],
    ['half a type', '00'],
    ['an EXPORT of 11 bytes', '0000 0000000000000000 00'],
    ['an EXPORT of 13 bytes', '0000 0000000000000000 0001 00'],
    ['a BLOCK_SIZE of 13 bytes', '0003 00000001 00001000 020000'],
    ['a BLOCK_SIZE of 15 bytes', '0003 00000001 00001000 02000000 00'],
  ])('K-007 is refused as %s', (_what, hex) => {
    expect(refusal(() => decode(hex))).toBe('bad-length');
  });

  it('may have an empty name or description', () => {
    expect(decode('0001')).toEqual({ kind: 'name', name: '' });
    expect(decode('0002')).toEqual({ kind: 'description', description: '' });
  });

  it('K-008 keeps what it does not know, S-17 type 4 too, as a window on its bytes', () => {
    const bytes = fromHex('0004 0102');
    const reply = decodeInfoReply(bytes);
    expect(reply).toEqual({ kind: 'unknown', info: 4, data: Uint8Array.of(1, 2) });
    bytes[2] = 9;
    expect(reply).toEqual({ kind: 'unknown', info: 4, data: Uint8Array.of(9, 2) });
  });

  it('K-016 has a size above 2^63 - 1 as a number above it, not as a negative one', () => {
    expect(decode('0000 ffffffffffffffff 0001')).toMatchObject({ size: 2 ** 64 });
  });
});
