import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { fromHex, toHex, view } from '../../test/values.ts';
import {
  decodeBlockStatusExt,
  encodeBlockStatusExt,
  encodeBlockStatusExtExtent,
  encodeBlockStatusExtHead,
  measureBlockStatusExt,
} from './block-status-ext.ts';
import {
  decodeBlockStatus,
  encodeBlockStatus,
  encodeBlockStatusExtent,
  encodeBlockStatusHead,
  measureBlockStatus,
} from './block-status.ts';

const status = {
  contextId: 7,
  extents: [
    { length: 4096, flags: 0 },
    { length: 8192, flags: 3 },
  ],
};

describe('a block status', () => {
  it('is the same written extent by extent', () => {
    const whole = new Uint8Array(measureBlockStatus(status));
    const pieces = new Uint8Array(whole.length);
    let end = encodeBlockStatusHead(view(pieces), 0, status);
    for (const extent of status.extents) end = encodeBlockStatusExtent(view(pieces), end, extent);
    expect(encodeBlockStatus(view(whole), 0, status)).toBe(end);
    expect(toHex(pieces)).toBe(toHex(whole));
  });

  it.each([
    ['nothing', ''],
    ['half a head', '0000'],
    ['a head alone', '00000001'],
    ['half an extent', '00000001 00001000'],
    ['an extent and a half', '00000001 00001000 00000000 00001000'],
  ])('C-252 K-029 is refused as %s', (_what, hex) => {
    expect(refusal(() => decodeBlockStatus(fromHex(hex)))).toBe('bad-length');
  });

  it('C-252 K-029 is refused if an extent is empty', () => {
    const bytes = fromHex('00000001 00001000 00000000 00000000 00000003');
    expect(refusal(() => decodeBlockStatus(bytes))).toBe('bad-value');
  });

  it('K-029 keeps status flags that are unknown, and neighbours that are equal', () => {
    const bytes = fromHex('00000001 00001000 ffffffff 00001000 ffffffff');
    const extent = { length: 4096, flags: 0xffff_ffff };
    expect(decodeBlockStatus(bytes).extents).toEqual([extent, extent]);
  });
});

describe('an extended block status', () => {
  it('C-256 is the same written extent by extent, and counts them', () => {
    const whole = new Uint8Array(measureBlockStatusExt(status));
    const pieces = new Uint8Array(whole.length);
    const head = { contextId: status.contextId, count: status.extents.length };
    let end = encodeBlockStatusExtHead(view(pieces), 0, head);
    for (const extent of status.extents) {
      end = encodeBlockStatusExtExtent(view(pieces), end, extent);
    }
    expect(encodeBlockStatusExt(view(whole), 0, status)).toBe(end);
    expect(toHex(pieces)).toBe(toHex(whole));
    expect(toHex(whole.subarray(4, 8))).toBe('00000002');
  });

  const extent = '0000000000001000 0000000000000000';

  it.each([
    ['nothing', ''],
    ['a head alone', '00000001 00000000'],
    ['half an extent', '00000001 00000001 0000000000001000'],
    ['fewer extents than it counts', `00000001 00000002 ${extent}`],
    ['more extents than it counts', `00000001 00000001 ${extent} ${extent}`],
    ['a count of 2^32 - 1', `00000001 ffffffff ${extent}`],
    ['a count of 0 before an extent', `00000001 00000000 ${extent}`],
  ])('C-252 K-029 is refused as %s', (_what, hex) => {
    expect(refusal(() => decodeBlockStatusExt(fromHex(hex)))).toBe('bad-length');
  });

  it('C-252 K-029 is refused if an extent is empty', () => {
    const bytes = fromHex('00000001 00000001 0000000000000000 0000000000000000');
    expect(refusal(() => decodeBlockStatusExt(bytes))).toBe('bad-value');
  });

  it('has status flags above 32 bits as one number', () => {
    const bytes = fromHex('00000001 00000001 0000000000001000 0000000500000003');
    expect(decodeBlockStatusExt(bytes).extents[0]?.flags).toBe(5 * 2 ** 32 + 3);
  });
});
