/**
 * The map of a disk that threads share: runs of pages of one state, found as they are asked for.
 */
import { dataExtent, type Extent, holeExtent } from '@nbd/driver';
import { PAGE_BYTES } from './shared-memory.ts';
import { type PageState, pageAt, pageFrom, type SharedPages } from './shared-pages.ts';
import type { SharedUse } from './shared-use.ts';

/** From `offset` up to `end`, both on the disk. Nobody waits between two runs, so what was told may have changed since. */
export function* sharedExtents(
  use: SharedUse,
  pages: SharedPages,
  offset: number,
  end: number,
): Generator<Extent> {
  for (let from = offset; from < end; ) {
    const run = runFrom(use, pages, pageAt(from), pageFrom(end));
    const to = Math.min(run.end * PAGE_BYTES, end);
    yield extentOf(run.state, to - from);
    from = to;
  }
}

interface Run {
  readonly state: PageState;
  /** The first page behind it. */
  readonly end: number;
}

/** The run that begins with `page`, up to `end` at the most. */
function runFrom(use: SharedUse, pages: SharedPages, page: number, end: number): Run {
  use.begin();
  try {
    const state = pages.stateOf(page);
    if (state === 'absent') return { state, end: pages.next(page, end) };
    let next = page + 1;
    while (next < end && pages.stateOf(next) === state) next += 1;
    return { state, end: next };
  } finally {
    use.end();
  }
}

function extentOf(state: PageState, length: number): Extent {
  switch (state) {
    case 'absent':
      return holeExtent(length);
    case 'unwritten':
      return { length, hole: false, zero: true };
    case 'written':
      return dataExtent(length);
  }
}
