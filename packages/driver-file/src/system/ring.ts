/**
 * io_uring as a device for many reads in one system call.
 *
 * Every read carries RWF_NOWAIT, so it completes inside the call that submits it: with bytes when the
 * page cache has them, with EAGAIN when it has not. Nothing is in flight when `run` returns, so no event
 * has to reach Node's loop, and no memory is lent to the kernel beyond the call.
 *
 * The two queues are rings of a power of two entries, indexed by counters of 32 bits that wrap. We own
 * the tail of submissions and the head of completions; the kernel owns the other two.
 *
 *   io_uring_params (120 bytes)     io_uring_sqe (64 bytes)           io_uring_cqe (16 bytes)
 *   at  field                       at  field                         at  field
 *    0  sq_entries                   0  opcode, flags, ioprio          0  user_data: its place in the batch
 *    4  cq_entries                   4  fd                             8  res: bytes, or -errno
 *   40  sq_off: head, tail, ...      8  off
 *   80  cq_off: head, tail, ...     16  addr
 *                                   24  len
 *                                   28  rw_flags
 *                                   32  user_data
 */
import { EAGAIN, RWF_NOWAIT } from './system-calls.ts';
import type { SystemCalls } from './system-calls.ts';

const PARAMS_BYTES = 120;
const SQE_WORDS = 16;
const CQE_BYTES = 16;
/** Into one piece of memory, and into several. */
const OP_READ = 22;
const OP_READV = 1;
/** Where the queues, and the submission entries, are found in the "file" that the ring is. */
const OFFSET_QUEUES = 0;
const OFFSET_ENTRIES = 0x1000_0000;
const WORD = 2 ** 32;

export class Ring {
  /** The largest batch. */
  readonly entries: number;
  /** Of the last `run`, in the order of `put`: bytes read, or -errno. */
  readonly results: Int32Array;

  readonly #calls: SystemCalls;
  readonly #fd: number;
  readonly #sqes: Uint32Array<ArrayBuffer>;
  readonly #queues: Int32Array<ArrayBuffer>;
  readonly #sqMask: number;
  readonly #sqHead: number;
  readonly #sqTail: number;
  readonly #cqMask: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqes: number;
  #count = 0;

  /**
   * A ring of at least `entries`, to be closed; or `undefined` where the system refuses one, as containers often do.
   */
  static open(calls: SystemCalls, entries: number): Ring | undefined {
    const params = new Uint8Array(PARAMS_BYTES);
    const fd = calls.ringSetup(entries, params);
    if (fd < 0) return undefined;
    const mapped: ArrayBuffer[] = [];
    const map = (length: number, offset: number): ArrayBuffer => {
      const memory = calls.ringMap(fd, length, offset);
      mapped.push(memory);
      return memory;
    };
    try {
      return new Ring(calls, fd, new Uint32Array(params.buffer), map);
    } catch {
      // Its memory may not be mapped: refused in another way.
      for (const memory of mapped) calls.ringUnmap(memory);
      calls.ringClose(fd);
      return undefined;
    }
  }

  private constructor(
    calls: SystemCalls,
    fd: number,
    params: Uint32Array,
    map: (length: number, offset: number) => ArrayBuffer,
  ) {
    // Each of the two groups: head, tail, mask, entries, ... in words from 10 and 20 on.
    const [sqEntries = 0, cqEntries = 0] = params;
    const [sqHead = 0, sqTail = 0, , , , , sqArray = 0] = params.subarray(10);
    const [cqHead = 0, cqTail = 0, , , , cqes = 0] = params.subarray(20);
    const queuesBytes = Math.max(sqArray + 4 * sqEntries, cqes + CQE_BYTES * cqEntries);

    this.#calls = calls;
    this.#fd = fd;
    this.#queues = new Int32Array(map(queuesBytes, OFFSET_QUEUES));
    this.#sqes = new Uint32Array(map(4 * SQE_WORDS * sqEntries, OFFSET_ENTRIES));
    this.#sqMask = sqEntries - 1;
    this.#sqHead = sqHead / 4;
    this.#sqTail = sqTail / 4;
    this.#cqMask = cqEntries - 1;
    this.#cqHead = cqHead / 4;
    this.#cqTail = cqTail / 4;
    this.#cqes = cqes / 4;
    this.entries = sqEntries;
    this.results = new Int32Array(sqEntries);
    // Place i of the submission queue always names entry i, and every entry is a read that may not wait.
    for (let i = 0; i < sqEntries; i++) {
      this.#queues[sqArray / 4 + i] = i;
      this.#sqes[i * SQE_WORDS + 7] = RWF_NOWAIT;
    }
  }

  /** Adds a read to the batch, which has fewer than `entries` yet. `address` is lent until `run` returns. */
  put(fd: number, address: number, length: number, offset: number): void {
    this.#put(OP_READ, fd, address, length, offset);
  }

  /** The same into several pieces of memory: `address` is that of a table of `count` entries, lent until `run` returns too. */
  putRun(fd: number, address: number, count: number, offset: number): void {
    this.#put(OP_READV, fd, address, count, offset);
  }

  #put(operation: number, fd: number, address: number, length: number, offset: number): void {
    const sqes = this.#sqes;
    const tail = this.#queues[this.#sqTail] ?? 0;
    const at = ((tail + this.#count) & this.#sqMask) * SQE_WORDS;
    // A store into a word keeps the low 32 bits of a safe integer.
    sqes[at] = operation;
    sqes[at + 1] = fd;
    sqes[at + 2] = offset;
    sqes[at + 3] = offset / WORD;
    sqes[at + 4] = address;
    sqes[at + 5] = address / WORD;
    sqes[at + 6] = length;
    sqes[at + 8] = this.#count;
    this.#count++;
  }

  /**
   * Does the batch, and `results` says how. False when the kernel did not take all of it: what it left is
   * EAGAIN.
   */
  run(): boolean {
    const count = this.#count;
    this.#count = 0;
    this.results.fill(-EAGAIN, 0, count);
    const tail = this.#queues[this.#sqTail] ?? 0;
    // The store publishes the entries: the kernel must not see the tail before them.
    Atomics.store(this.#queues, this.#sqTail, tail + count);
    const submitted = this.#calls.ringEnter(this.#fd, count, count);
    if (submitted !== count) this.#withdraw();
    let left = Math.max(submitted, 0) - this.#reap();
    // A signal may end the wait early; the memory of the targets is not ours again before all are done.
    while (left > 0) {
      this.#calls.ringEnter(this.#fd, 0, left);
      left -= this.#reap();
    }
    return submitted === count;
  }

  /** Gives everything back. Nothing of it may be used afterwards: its memory is no more. */
  close(): void {
    for (const { buffer } of [this.#queues, this.#sqes]) this.#calls.ringUnmap(buffer);
    this.#calls.ringClose(this.#fd);
  }

  /** Takes back what the kernel did not take: it stopped at its head. */
  #withdraw(): void {
    const head = Atomics.load(this.#queues, this.#sqHead);
    Atomics.store(this.#queues, this.#sqTail, head);
  }

  /** Takes in the completions that are there, and answers how many. */
  #reap(): number {
    const queues = this.#queues;
    const start = queues[this.#cqHead] ?? 0;
    // The load comes before those of the completions that it makes visible.
    const end = Atomics.load(queues, this.#cqTail);
    for (let head = start; head !== end; head = (head + 1) | 0) {
      const at = this.#cqes + (head & this.#cqMask) * (CQE_BYTES / 4);
      this.results[queues[at] ?? 0] = queues[at + 2] ?? 0;
    }
    Atomics.store(queues, this.#cqHead, end);
    return (end - start) | 0;
  }
}
