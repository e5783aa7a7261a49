import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../test/refusal.ts';
import { fromHex, view } from '../test/values.ts';
import { STRING_BYTES_MAX, decodeText, encodeText, measureText } from './text.ts';
import { WireError } from './wire-error.ts';

describe('a string to send', () => {
  it('is measured in bytes of UTF-8, not in characters', () => {
    expect(measureText('')).toBe(0);
    expect(measureText('a\u00e9\u20ac\u{1f4be}')).toBe(1 + 2 + 3 + 4);
  });

  it('may be 4096 bytes, and C-049 not one more', () => {
    expect(measureText('x'.repeat(STRING_BYTES_MAX))).toBe(4096);
    expect(() => measureText('x'.repeat(STRING_BYTES_MAX + 1))).toThrow(RangeError);
    expect(measureText('\u20ac'.repeat(1365))).toBe(4095);
    expect(() => measureText('\u20ac'.repeat(1366))).toThrow(RangeError);
  });

  it.each([
    ['a NUL', 'a\0b'],
    ['a high surrogate alone', 'a\ud800b'],
    ['a low surrogate alone', 'a\udc00b'],
    ['a high surrogate at the end', 'a\ud800'],
  ])('is the mistake of the caller with %s', (_what, text) => {
    const target = new Uint8Array(16);
    expect(() => measureText(text)).toThrow(RangeError);
    expect(() => encodeText(view(target), 0, text)).toThrow(RangeError);
    expect(target.every((byte) => byte === 0)).toBe(true);
  });

  it('does not lose its end in a view that is too short', () => {
    expect(() => encodeText(view(new Uint8Array(3)), 0, 'four')).toThrow(RangeError);
  });
});

describe('a string from a peer', () => {
  it('keeps a byte order mark, so that it is the same when it is sent back', () => {
    expect(decodeText(fromHex('efbbbf61'))).toBe('\ufeffa');
  });

  it('may be 4096 bytes, and C-049 S-29 not one more', () => {
    expect(decodeText(new Uint8Array(4096).fill(0x61))).toBe('a'.repeat(4096));
    expect(refusal(() => decodeText(new Uint8Array(4097).fill(0x61)))).toBe('bad-length');
  });

  it.each([
    ['a NUL in the middle', '610062'],
    ['a NUL at the end', '6100'],
    ['a byte that begins nothing', '80'],
    ['a character cut off', 'e282'],
    ['a character in too many bytes', 'c080'],
    ['a surrogate', 'eda080'],
    ['a point above U+10FFFF', 'f4908080'],
  ])('C-050 S-29 is refused with %s', (_what, hex) => {
    expect(refusal(() => decodeText(fromHex(hex)))).toBe('bad-text');
  });

  it('C-050 is refused or the very bytes it came from', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const text = decodedOrRefused(bytes);
        if (text === undefined) return;
        const again = new Uint8Array(measureText(text));
        encodeText(view(again), 0, text);
        expect(again).toEqual(bytes);
      }),
    );
  });
});

/** Undefined if the bytes are refused; any error but a WireError is a failure. */
function decodedOrRefused(bytes: Uint8Array): string | undefined {
  try {
    return decodeText(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
