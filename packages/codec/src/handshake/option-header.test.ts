import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex, view } from '../../test/values.ts';
import { decodeOptionHeader } from './option-header.ts';
import { decodeOptionReplyHeader } from './option-reply-header.ts';

describe('the option header', () => {
  it('C-040 S-14 is refused without IHAVEOPT, whichever half is wrong', () => {
    const header = { option: 0, length: 0 };
    const first = view(fromHex('48484156454f5054 0000000700000006'));
    const second = view(fromHex('49484156454f5055 0000000700000006'));
    expect(refusal(() => decodeOptionHeader(first, 0, header))).toBe('bad-magic');
    expect(refusal(() => decodeOptionHeader(second, 0, header))).toBe('bad-magic');
    expect(header).toEqual({ option: 0, length: 0 });
  });

  it('C-041 keeps an option that is unknown, and C-046 a length that is absurd', () => {
    const bytes = view(fromHex('49484156454f5054 fedcba98ffffffff'));
    expect(decodeOptionHeader(bytes, 0, { option: 0, length: 0 })).toEqual({
      option: 0xfedc_ba98,
      length: 0xffff_ffff,
    });
  });
});

describe('the option reply header', () => {
  it('K-005 is refused without its magic', () => {
    const bytes = view(fromHex('0003e889045565a8 000000030000000100000000'));
    const header = { option: 0, type: 0, length: 0 };
    expect(refusal(() => decodeOptionReplyHeader(bytes, 0, header))).toBe('bad-magic');
  });
});
