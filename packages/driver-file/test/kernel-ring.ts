import { BufferAddresses } from '../src/system/buffer-addresses.ts';
import { IoVectors } from '../src/system/io-vectors.ts';
import type { SystemCalls } from '../src/system/system-calls.ts';

export interface KernelRingOptions {
  /** Where all four counters of the queues start: they wrap at 2^32. */
  readonly start?: number;
  /** How many entries one call takes, at most. Absent: all. Negative: the call answers that error and takes none. */
  readonly takes?: number;
  /** How many completions one call brings, at most. Absent: all. */
  readonly completes?: number;
  /** The descriptor that `ringSetup` answers, or -errno. */
  readonly fd?: number;
  /** The result of a read, given what the entry says. */
  readonly result: (entry: KernelRead) => number;
}

/** One read as the kernel sees it. */
export interface KernelRead {
  /** Into one piece of memory (22), or into several (1), whose table `address` and `length` tell. */
  readonly operation: number;
  readonly fd: number;
  readonly address: number;
  readonly length: number;
  readonly offset: number;
  readonly flags: number;
}

const ENTRIES = 8;
const COMPLETIONS = 16;
/** Word positions in the memory of the queues, as a kernel might lay them out. */
const SQ = { head: 0, tail: 1, array: 100 };
const CQ = { head: 2, tail: 3, entries: 32 };

/** The kernel's side of a ring, played in memory: the calls that `Ring` makes, and what was asked of it. */
export function kernelRing(options: KernelRingOptions): {
  readonly calls: SystemCalls;
  readonly reads: KernelRead[];
  readonly enters: number[];
  /** Pieces of memory that are mapped, and rings that are open. */
  readonly held: { mapped: number; open: number };
} {
  const queues = new ArrayBuffer(4 * (SQ.array + ENTRIES));
  const words = new Int32Array(queues);
  const entries = new ArrayBuffer(64 * ENTRIES);
  words.fill(options.start ?? 0, 0, 4);
  const reads: KernelRead[] = [];
  const enters: number[] = [];
  const held = { mapped: 0, open: 0 };
  const pending: { readonly place: number; readonly result: number }[] = [];

  const take = (): void => {
    const head = words[SQ.head] ?? 0;
    const place = words[SQ.array + (head & (ENTRIES - 1))] ?? 0;
    const view = new DataView(entries, place * 64, 64);
    const u64 = (at: number) => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
    const read = {
      operation: view.getUint32(0, true),
      fd: view.getInt32(4, true),
      offset: u64(8),
      address: u64(16),
      length: view.getUint32(24, true),
      flags: view.getUint32(28, true),
    };
    reads.push(read);
    pending.push({ place: view.getUint32(32, true), result: options.result(read) });
    words[SQ.head] = head + 1;
  };

  const complete = (): void => {
    // The last is first: completions come in any order.
    const { place = 0, result = 0 } = pending.pop() ?? {};
    const tail = words[CQ.tail] ?? 0;
    const at = CQ.entries + (tail & (COMPLETIONS - 1)) * 4;
    words[at] = place;
    words[at + 2] = result;
    words[CQ.tail] = tail + 1;
  };

  const calls: SystemCalls = {
    addresses: new BufferAddresses(() => 0x1_2345_6000),
    vectors: new IoVectors(8, new BufferAddresses(() => 0x2_0000_0000)),
    readNoWait: refuse,
    readRunNoWait: refuse,
    write: refuse,
    writeRun: refuse,
    seek: refuse,
    fallocate: refuse,
    willNeed: refuse,
    ringSetup(_entries, params) {
      const view = new DataView(params.buffer);
      view.setUint32(0, ENTRIES, true);
      view.setUint32(4, COMPLETIONS, true);
      view.setUint32(40, 4 * SQ.head, true);
      view.setUint32(44, 4 * SQ.tail, true);
      view.setUint32(64, 4 * SQ.array, true);
      view.setUint32(80, 4 * CQ.head, true);
      view.setUint32(84, 4 * CQ.tail, true);
      view.setUint32(100, 4 * CQ.entries, true);
      const { fd = 99 } = options;
      if (fd >= 0) held.open++;
      return fd;
    },
    ringMap(_ring, _length, offset) {
      held.mapped++;
      return offset === 0 ? queues : entries;
    },
    ringUnmap() {
      held.mapped--;
    },
    ringClose() {
      held.open--;
    },
    ringEnter(_ring, submit) {
      enters.push(submit);
      if (submit > 0 && options.takes !== undefined && options.takes < 0) return options.takes;
      const there = ((words[SQ.tail] ?? 0) - (words[SQ.head] ?? 0)) | 0;
      const taken = Math.min(submit, there, options.takes ?? submit);
      for (let i = 0; i < taken; i++) take();
      for (let i = Math.min(pending.length, options.completes ?? pending.length); i > 0; i--) {
        complete();
      }
      return taken;
    },
  };
  return { calls, reads, enters, held };
}

/** A call that is not to be had. */
export function refuse(): never {
  throw new Error('this call is not to be had');
}
