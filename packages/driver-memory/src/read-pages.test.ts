import type { BatchedRead } from '@nbd/driver';
import { expect, test } from 'vitest';
import { CHUNK_BYTES, PAGE_BYTES, PageTable } from './page-table.ts';
import { readBatch } from './read-pages.ts';

const LENGTH = 16_384;

/** Pages with the byte 7 at the end of the first chunk and at the beginning of the second. */
function twoChunks(): PageTable {
  const pages = new PageTable();
  pages.make(15, 16).fill(7, 15 * PAGE_BYTES);
  pages.make(16, 17).fill(7, 0, PAGE_BYTES);
  return pages;
}

function readOne(pages: PageTable, offset: number, takesView?: boolean): BatchedRead {
  const read: BatchedRead = {
    target: new Uint8Array(LENGTH).fill(0xee),
    offset,
    answer: undefined,
    ...(takesView !== undefined && { takesView }),
  };
  readBatch(pages, [read]);
  return read;
}

function repeated(byte: number): Uint8Array {
  return new Uint8Array(LENGTH).fill(byte);
}

test('a read in one chunk that takes a view is lent the memory of the disk, and nothing is copied', () => {
  const pages = twoChunks();
  const offset = CHUNK_BYTES - LENGTH;
  const { view, target } = readOne(pages, offset, true);
  expect(view?.buffer).toBe(pages.find(0)?.buffer);
  expect([view?.byteOffset, view?.length]).toEqual([offset, LENGTH]);
  expect(target).toEqual(repeated(0xee));
});

test.each([false, undefined])('a read whose takesView is %s fills its target', (takesView) => {
  const { view, target } = readOne(twoChunks(), CHUNK_BYTES - LENGTH, takesView);
  expect(view).toBeUndefined();
  expect(target).toEqual(repeated(7));
});

test('so does one across a border of chunks, and one of a chunk that is not there', () => {
  const across = readOne(twoChunks(), CHUNK_BYTES - LENGTH / 2, true);
  expect([across.view, across.target]).toEqual([undefined, repeated(7)]);
  const absent = readOne(twoChunks(), 5 * CHUNK_BYTES, true);
  expect([absent.view, absent.target]).toEqual([undefined, repeated(0)]);
});
