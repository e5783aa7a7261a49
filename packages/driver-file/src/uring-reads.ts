/**
 * Reads of one batch in one system call, by io_uring. What the page cache does not have goes to the
 * thread pool; a read that comes alone is cheaper by `preadv2`.
 */
import type { BatchedRead } from '@nbd/driver';
import { readInPool } from './async-reads.ts';
import type { FileInUse } from './file-in-use.ts';
import { nowaitReads } from './nowait-reads.ts';
import type { Reads } from './reads.ts';
import { Ring } from './ring.ts';
import { EAGAIN } from './system-calls.ts';
import type { SystemCalls } from './system-calls.ts';

/** Beyond this a larger ring gains next to nothing; larger batches are split. */
const RING_ENTRIES = 64;

/** One ring per thread, shared by all its files; `undefined` once the system has refused one. */
const rings = new WeakMap<SystemCalls, { readonly ring: Ring | undefined }>();

/** The ring of this thread, made at the first use; `undefined` where the system refuses one. */
export function sharedRing(calls: SystemCalls): Ring | undefined {
  let made = rings.get(calls);
  if (made === undefined) {
    made = { ring: Ring.open(calls, RING_ENTRIES) };
    rings.set(calls, made);
  }
  return made.ring;
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
      for (let from = 0; from < reads.length; from += ring.entries) {
        const end = Math.min(from + ring.entries, reads.length);
        // The last of a split batch may come alone too.
        if (end - from === 1) readAlone(file, calls, reads[from]);
        else readTogether(file, ring, calls, reads, from, end);
      }
    },
  };
}

function readAlone(file: FileInUse, calls: SystemCalls, read: BatchedRead | undefined): void {
  if (read === undefined) return;
  settle(file, read, calls.readNoWait(file.fd, read.target, read.offset));
}

function readTogether(
  file: FileInUse,
  ring: Ring,
  calls: SystemCalls,
  reads: readonly BatchedRead[],
  from: number,
  end: number,
): void {
  for (let i = from; i < end; i++) {
    const read = reads[i] as BatchedRead;
    ring.put(file.fd, calls.addresses.of(read.target), read.target.length, read.offset);
  }
  ring.run();
  for (let i = from; i < end; i++)
    settle(file, reads[i] as BatchedRead, ring.results[i - from] ?? 0);
}

/** Leaves a filled target alone, and sends any other to the pool, which waits or finds the error. */
function settle(file: FileInUse, read: BatchedRead, count: number): void {
  if (count === read.target.length) return;
  read.answer = readInPool(file, read.target, read.offset, Math.max(count, 0));
}
