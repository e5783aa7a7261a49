import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { view } from '../../test/values.ts';
import {
  decodeExportNameReply,
  encodeExportNameReply,
  measureExportNameReply,
} from './export-name-reply.ts';

describe('the reply to EXPORT_NAME', () => {
  it('C-070 E-35 is 134 bytes, or 10 without its zeroes', () => {
    expect(measureExportNameReply({ zeroes: true })).toBe(134);
    expect(measureExportNameReply({ zeroes: false })).toBe(10);
  });

  it('C-011 has zeroes where the memory had something else', () => {
    const bytes = new Uint8Array(134).fill(0xff);
    encodeExportNameReply(view(bytes), 0, { size: 0, transmissionFlags: 1, zeroes: true });
    expect(bytes.subarray(10).every((byte) => byte === 0)).toBe(true);
  });

  it.each([0, 9, 11, 124, 133, 135])('K-014 is refused if it is %i bytes', (length) => {
    expect(refusal(() => decodeExportNameReply(new Uint8Array(length)))).toBe('bad-length');
  });
});
