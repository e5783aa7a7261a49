/**
 * What becomes of neighbours after one call for all of them: those that it has done are answered, and the others
 * go to the thread pool.
 */
import type { BatchedRead, BatchedWrite } from '@nbd/driver';
import type { FileInUse } from '../file/file-in-use.ts';
import { poolReads } from './pool-reads.ts';
import { transferRun } from './pool-run.ts';
import { poolWrites } from './pool-writes.ts';

/** `count` is how many bytes of the reads from `from` to `end` are filled, or -errno. */
export function settleReads(
  file: FileInUse,
  reads: readonly BatchedRead[],
  from: number,
  end: number,
  count: number,
): void {
  let left = Math.max(count, 0);
  let next = from;
  for (; next < end; next++) {
    const { length } = (reads[next] as BatchedRead).target;
    if (left < length) break;
    left -= length;
  }
  if (next === end) return;
  const rest = reads.slice(next, end);
  const targets = rest.map(({ target }) => target);
  answer(rest, transferRun(poolReads(file), targets, (reads[next] as BatchedRead).offset, left));
}

/** The same for writes; `take` makes a source last until its answer. */
export function settleWrites(
  file: FileInUse,
  writes: readonly BatchedWrite[],
  from: number,
  end: number,
  count: number,
  take: (source: Uint8Array) => Uint8Array,
): void {
  let left = Math.max(count, 0);
  let next = from;
  for (; next < end; next++) {
    const { length } = (writes[next] as BatchedWrite).source;
    if (left < length) break;
    left -= length;
  }
  if (next === end) return;
  const rest = writes.slice(next, end);
  const sources = rest.map(({ source }) => take(source));
  answer(rest, transferRun(poolWrites(file), sources, (writes[next] as BatchedWrite).offset, left));
}

function answer(
  rest: readonly Pick<BatchedRead, 'answer'>[],
  answers: readonly Promise<void>[],
): void {
  for (const [i, one] of rest.entries()) one.answer = answers[i];
}
