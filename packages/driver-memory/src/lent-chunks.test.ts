import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { LentChunks } from './lent-chunks.ts';
import { PageTable } from './page-table.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is released is collected in a later turn: a `WeakRef` that was looked at holds on to it until then. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test('a chunk that comes again has the memory that was lent, cleared, while that is held', () => {
  const pages = new PageTable();
  pages.make(0, 16).fill(1);
  const view = pages.lend(0)?.subarray(100, 200) as Uint8Array;
  pages.free(0, 16);
  pages.make(20, 21).fill(2);
  expect(view).toEqual(new Uint8Array(100).fill(1));
  pages.make(3, 4)[3 * 65_536] = 3;
  expect(pages.find(0)?.buffer).toBe(view.buffer);
  expect(view).toEqual(new Uint8Array(100));
  expect(pages.find(0)?.indexOf(3)).toBe(3 * 65_536);
  // It is still lent.
  pages.free(0, 16);
  expect(pages.make(0, 1).buffer).toBe(view.buffer);
});

test('a chunk that was not lent has other memory when it comes again', () => {
  const pages = new PageTable();
  const { buffer } = pages.make(0, 1);
  pages.free(0, 1);
  expect(pages.make(0, 1).buffer).not.toBe(buffer);
});

test('what nobody holds any more is not kept, nor kept track of for ever', async () => {
  const lent = new LentChunks();
  const held = new Uint8Array(8);
  lent.give(0, held);
  lent.give(1, new Uint8Array(8));
  await nextTurn();
  collect();
  expect(lent.take(1)).toBeUndefined();
  expect(lent.take(0)?.buffer).toBe(held.buffer);
  expect(lent.take(0)).toBeUndefined();
  lent.give(0, held);
  for (let chunk = 1; chunk <= 1024; chunk++) {
    if (chunk === 1000) {
      await nextTurn();
      collect();
    }
    lent.give(chunk, new Uint8Array(8));
  }
  expect(lent.count).toBeLessThan(100);
  expect(lent.take(0)?.buffer).toBe(held.buffer);
});
