/**
 * Neighbours in the thread pool: as much of them as one call does, and what that leaves one by one, so that
 * each has an answer of its own and a fault its place.
 */

/** One call takes no more, bytes: Node counts them in 31 bits. */
export const CALL_BYTES_MAX: number = 2 ** 30;

/** Reads, or writes, of one file in the pool. */
export interface PoolTransfer {
  /** Fills, or writes, all of `memory` from byte `done` on; `offset` is where its first byte belongs. */
  all(memory: Uint8Array, offset: number, done: number): Promise<void>;

  /**
   * How many bytes of `memories`, which are neighbours from `offset` on, one call has filled or written;
   * 0 also for an error, which `all` will find again.
   */
  some(memories: Uint8Array[], offset: number): Promise<number>;
}

/** An answer for each of `memories`, which are neighbours from `offset` on; `done` bytes of the first are done. */
export function transferRun(
  pool: PoolTransfer,
  memories: Uint8Array[],
  offset: number,
  done: number,
): Promise<void>[] {
  const [first] = memories;
  if (first !== undefined && memories.length === 1) return [pool.all(first, offset, done)];
  const run = pool.some(memories, offset);
  let at = 0;
  return memories.map((memory) => {
    const answer = transferOne(pool, run, memory, offset + at, at);
    at += memory.length;
    return answer;
  });
}

/** Does what `run` has left of a piece of it that begins `at` bytes after its beginning. */
async function transferOne(
  pool: PoolTransfer,
  run: Promise<number>,
  memory: Uint8Array,
  offset: number,
  at: number,
): Promise<void> {
  const done = (await run) - at;
  if (done < memory.length) await pool.all(memory, offset, Math.max(done, 0));
}
