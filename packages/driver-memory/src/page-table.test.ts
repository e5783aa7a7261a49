import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PageTable } from './page-table.ts';

/** Numbers in few groups, so that they meet, and in groups far apart. */
const page = fc.oneof(
  fc.nat(3000),
  fc.nat({ max: 2 ** 31 - 1 }).map((at) => at * 64),
);

const step = fc.oneof(
  fc.record({ kind: fc.constant('make' as const), page }),
  fc.record({ kind: fc.constant('free' as const), page, count: fc.nat(5000) }),
);

test('a page table holds the pages that were made and not freed, in order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = new PageTable();
      let expected = new Set<number>();
      for (const one of steps) {
        if (one.kind === 'make') {
          table.make(one.page);
          expected.add(one.page);
          continue;
        }
        const end = one.page + one.count;
        table.free(one.page, end);
        expected = new Set([...expected].filter((at) => at < one.page || at >= end));
      }
      expect(pagesOf(table)).toEqual([...expected].toSorted((a, b) => a - b));
      for (const at of expected) expect(table.find(at)).toBeDefined();
    }),
  );
});

function pagesOf(table: PageTable): number[] {
  const pages: number[] = [];
  for (let at = table.next(0); at !== Infinity; at = table.next(at + 1)) pages.push(at);
  return pages;
}
