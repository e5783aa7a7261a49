import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHUNK_BYTES, PAGE_BYTES, PageTable } from './page-table.ts';

/** Numbers in few groups, so that they meet, and in groups far apart. */
const aPage = fc.oneof(
  fc.nat(3000),
  fc.nat({ max: 2 ** 31 - 1 }).map((at) => at * 64),
);

const step = fc.oneof(
  fc.record({ kind: fc.constant('make' as const), page: aPage, count: fc.nat(16) }),
  fc.record({ kind: fc.constant('free' as const), page: aPage, count: fc.nat(5000) }),
);

test('a page table holds the pages that were made and not freed, in order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = new PageTable();
      let expected = new Set<number>();
      for (const one of steps) {
        if (one.kind === 'make') {
          // Those of one chunk at a time.
          const end = Math.min(one.page + 1 + one.count, (Math.floor(one.page / 16) + 1) * 16);
          write(table, one.page, end);
          for (let at = one.page; at < end; at++) expected.add(at);
          continue;
        }
        const end = one.page + one.count;
        table.free(one.page, end);
        expected = new Set([...expected].filter((at) => at < one.page || at >= end));
      }
      expect(pagesOf(table)).toEqual([...expected].toSorted((a, b) => a - b));
      for (const one of steps) {
        for (const at of [one.page, one.page + one.count]) {
          expect(table.has(at)).toBe(expected.has(at));
          expect(firstByteOf(table, at)).toBe(expected.has(at) ? 1 : 0);
        }
      }
    }),
  );
});

/** Makes the pages, and marks each in its first byte. */
function write(table: PageTable, first: number, end: number): void {
  const bytes = table.make(first, end);
  for (let at = first; at < end; at++) bytes[(at * PAGE_BYTES) % CHUNK_BYTES] = 1;
}

function firstByteOf(table: PageTable, page: number): number {
  const bytes = table.find(Math.floor((page * PAGE_BYTES) / CHUNK_BYTES));
  return bytes?.[(page * PAGE_BYTES) % CHUNK_BYTES] ?? 0;
}

test('the memory of a chunk is given back with the last of its pages', () => {
  const table = new PageTable();
  table.make(3, 5);
  table.free(3, 4);
  expect(table.find(0)).toBeDefined();
  table.free(0, 16);
  expect(table.find(0)).toBeUndefined();
});

function pagesOf(table: PageTable): number[] {
  const pages: number[] = [];
  for (let at = table.next(0); at !== Infinity; at = table.next(at + 1)) pages.push(at);
  return pages;
}
