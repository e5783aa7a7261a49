import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex } from '../../test/values.ts';
import { decodeErrorChunk } from './error-chunk.ts';
import { decodeErrorOffsetChunk } from './error-offset-chunk.ts';

describe('an error chunk', () => {
  it('is read without its tail, so that one of an unknown type can be read too', () => {
    expect(decodeErrorChunk(fromHex('00000016 0003 626164 0102030405'))).toEqual({
      error: 22,
      message: 'bad',
    });
  });

  it('K-027 may say error 0, which the session judges', () => {
    expect(decodeErrorChunk(fromHex('00000000 0000'))).toEqual({ error: 0, message: '' });
  });

  it.each([
    ['nothing', ''],
    ['5 bytes', '0000001600'],
    ['a message longer than the payload', '00000016 0004 626164'],
    ['a message longer than a string may be', `00000016 1001 ${'61'.repeat(4097)}`],
  ])('K-027 E-43 is refused as %s', (_what, hex) => {
    expect(refusal(() => decodeErrorChunk(fromHex(hex)))).toBe('bad-length');
  });

  it('is refused if its message is not UTF-8', () => {
    expect(refusal(() => decodeErrorChunk(fromHex('00000016 0001 ff')))).toBe('bad-text');
  });
});

describe('an error chunk with an offset', () => {
  it('has the offset after the message', () => {
    expect(decodeErrorOffsetChunk(fromHex('00000005 0003 626164 0000000000002000'))).toEqual({
      error: 5,
      message: 'bad',
      offset: 8192,
    });
  });

  it.each([
    ['13 bytes', '00000005 0000 00000000000020'],
    ['a message that reaches into the offset', '00000005 0004 626164 0000000000002000'],
    ['a message that leaves more than the offset', '00000005 0002 626164 0000000000002000'],
  ])('K-027 E-43 is refused as %s', (_what, hex) => {
    expect(refusal(() => decodeErrorOffsetChunk(fromHex(hex)))).toBe('bad-length');
  });
});
