import { describe, expect, it } from 'vitest';
import { fromHex } from '../test/values.ts';
import { Cursor } from './cursor.ts';

describe('a cursor', () => {
  it('reads its bytes front to back, and knows how many remain', () => {
    const cursor = new Cursor(fromHex('0102 03040506 0000000100000002 6869 ff'), 'example');
    expect(cursor.u16()).toBe(0x0102);
    expect(cursor.u32()).toBe(0x03040506);
    expect(cursor.u64()).toBe(2 ** 32 + 2);
    expect(cursor.text(2)).toBe('hi');
    expect(cursor.remaining).toBe(1);
    expect(cursor.bytes(1)).toEqual(Uint8Array.of(0xff));
    expect(() => cursor.end()).not.toThrow();
  });

  it('says which message, what it expected, where, and what it found', () => {
    const cursor = new Cursor(fromHex('0102 03'), 'example');
    cursor.u16();
    expect(() => cursor.u32()).toThrow('example: expected at least 4 bytes at 2, found 1');
    expect(() => cursor.end()).toThrow('example: expected 0 bytes at 2, found 1');
  });

  it('E-06 does not add up lengths that a peer chose', () => {
    const cursor = new Cursor(fromHex('ffffffff 61'), 'example');
    const length = cursor.u32();
    expect(() => cursor.text(length)).toThrow(/at least 4294967295 bytes at 4, found 1/);
  });
});
