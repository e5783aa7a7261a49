/**
 * Reads of one batch in one system call, by io_uring, in which neighbours are one entry. What the page cache does
 * not have goes to the thread pool; a read, or a run of neighbours, that comes alone is cheaper by `preadv2`.
 */
import type { BatchedRead } from '@nbd/driver';
import type { FileInUse } from '../file/file-in-use.ts';
import { endOfReads, RUN_MAX } from '../system/neighbours.ts';
import { nowaitReads, readRunNoWait } from './nowait-reads.ts';
import type { Reads } from './reads.ts';
import { Ring } from '../system/ring.ts';
import { settleReads } from '../runs/settle-run.ts';
import { EAGAIN } from '../system/system-calls.ts';
import type { SystemCalls } from '../system/system-calls.ts';

/** A ring, and how many files of its thread are read by it. */
interface SharedRing {
  readonly ring: Ring;
  files: number;
}

/** One ring per thread, while it has files to read by it. It is no thread's own to the system, and would outlive it. */
const rings = new WeakMap<SystemCalls, SharedRing | 'refused'>();

/** The ring of this thread, for one file more, until `leaveRing`; `undefined` where the system refuses one. */
export function joinRing(calls: SystemCalls): Ring | undefined {
  const known = rings.get(calls);
  if (known === 'refused') return undefined;
  if (known !== undefined) {
    known.files++;
    return known.ring;
  }
  const ring = Ring.open(calls, RUN_MAX);
  rings.set(calls, ring === undefined ? 'refused' : { ring, files: 1 });
  return ring;
}

/** A file that has joined the ring is read no more. */
export function leaveRing(calls: SystemCalls): void {
  const shared = rings.get(calls);
  if (typeof shared !== 'object' || --shared.files > 0) return;
  rings.delete(calls);
  shared.ring.close();
}

/** Whether the ring can read an open file: the call may be forbidden though the ring could be made. */
export function ringCanRead(fd: number, ring: Ring, calls: SystemCalls): boolean {
  const target = new Uint8Array(1);
  ring.put(fd, calls.addresses.of(target), 1, 0);
  if (!ring.run()) return false;
  const [result = -EAGAIN] = ring.results;
  return result >= 0 || result === -EAGAIN;
}

export function uringReads(file: FileInUse, ring: Ring, calls: SystemCalls): Reads {
  const alone = nowaitReads(file, calls);
  return {
    means: 'uring',
    read: (target, offset) => alone.read(target, offset),

    // Hot path: no allocation for what is cached.
    readBatch(reads) {
      for (let from = 0; from < reads.length; from += RUN_MAX) {
        const end = Math.min(from + RUN_MAX, reads.length);
        if (endOfReads(reads, from, end) === end) readRunNoWait(file, calls, reads, from, end);
        else readTogether(file, ring, calls, reads, from, end);
      }
    },
  };
}

/** At most as many reads as there are vectors, and as the ring has entries. */
function readTogether(
  file: FileInUse,
  ring: Ring,
  calls: SystemCalls,
  reads: readonly BatchedRead[],
  from: number,
  end: number,
): void {
  const { fd } = file;
  const { addresses, vectors } = calls;
  let entries = 0;
  for (let i = from, next = from; i < end; i = next, entries++) {
    next = endOfReads(reads, i, end);
    const { target, offset } = reads[i] as BatchedRead;
    if (next - i === 1) {
      ring.put(fd, addresses.of(target), target.length, offset);
    } else {
      for (let k = i; k < next; k++) vectors.set(k - from, (reads[k] as BatchedRead).target);
      ring.putRun(fd, vectors.addressOf(i - from), next - i, offset);
    }
  }
  ring.run();
  const hasRuns = entries < end - from;
  for (let i = from, next = from, entry = 0; i < end; i = next, entry++) {
    next = hasRuns ? endOfReads(reads, i, end) : i + 1;
    settleReads(file, reads, i, next, ring.results[entry] ?? 0);
  }
}
