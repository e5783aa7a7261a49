import { expect, it } from 'vitest';
import { BLOCK_BYTES, stampedBlocks } from '../stamped-blocks.ts';
import { SoakModel } from './soak-model.ts';

/** Where the region begins on the disk. */
const PLACE = 100;

function stamped(stamp: number, first: number, count: number): Uint8Array {
  return stampedBlocks(stamp, PLACE + first, count);
}

it('a region holds zeroes, then what was written; anything else is wrong, sector by sector', () => {
  const model = new SoakModel(8);
  expect(model.wrong(new Uint8Array(8 * BLOCK_BYTES), 0, PLACE)).toBe(0);
  model.done(7, 2, 3);
  expect(model.wrong(stamped(7, 2, 3), 2, PLACE)).toBe(0);
  expect(model.wrong(new Uint8Array(8 * BLOCK_BYTES), 0, PLACE)).toBe(3);
  expect(model.wrong(stamped(6, 2, 3), 2, PLACE)).toBe(3);
  expect(model.wrong(stamped(7, 3, 1), 2, PLACE)).toBe(1);
});

it('one flipped bit is a wrong sector', () => {
  const model = new SoakModel(4);
  model.done(7, 0, 4);
  const bytes = stamped(7, 0, 4);
  bytes[BLOCK_BYTES + 77] = (bytes[BLOCK_BYTES + 77] as number) ^ 4;
  expect(model.wrong(bytes, 0, PLACE)).toBe(1);
});

it('a change that failed may be there, in part or not, until another has succeeded', () => {
  const model = new SoakModel(4);
  model.done(7, 0, 4);
  model.maybe(8, 1, 1);
  const torn = stamped(7, 1, 1);
  torn.set(stamped(8, 1, 1).subarray(0, 64));
  for (const bytes of [stamped(7, 1, 1), stamped(8, 1, 1), torn]) {
    expect(model.wrong(bytes, 1, PLACE)).toBe(0);
  }
  expect(model.wrong(stamped(9, 1, 1), 1, PLACE)).toBe(1);
  model.done(9, 0, 4);
  expect(model.wrong(stamped(8, 1, 1), 1, PLACE)).toBe(1);
  expect(model.wrong(torn, 1, PLACE)).toBe(1);
});
