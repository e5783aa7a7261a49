/**
 * The driver interface: what a disk is, in the words of a disk.
 *
 * A driver is an object with a `size`, a `read` method and as many of the optional methods as the
 * disk can honestly offer. **Presence is capability**: a method that is absent is a feature that is
 * not advertised to clients, so there is no flag that could disagree with the code. What is there is
 * looked at once, when the export is opened.
 *
 * A driver never has to check a request: offsets and lengths are safe integers in bytes, inside
 * `0..size`, never of length 0, aligned to `blockSize.minimum`, and the methods that change the disk
 * (`write`, `trim`, `zero`, `resize`) are not called when it is read-only.
 *
 * Reads and writes are no longer than `blockSize.payloadMax`. The range of any other call may be the whole
 * disk: memory that grows with it may not be there.
 *
 * **Answers** may be given at once or by a promise; a driver that has the answer should give it at
 * once, which is by far the fastest. Calls may overlap and settle in any order, up to
 * `concurrency` of them at a time. Where two of them change the same bytes, either may be what stays, byte for
 * byte; but bytes that only one of them changes are what that one made of them. So a disk that keeps its bytes in
 * blocks larger than `blockSize.minimum`, and changes a part by reading a block and writing it back, must do that
 * with one block for one call at a time.
 *
 * **Memory**: a buffer handed to a driver is lent until the call is answered (until its promise
 * settles), and never longer. To keep bytes, copy them, by `new Uint8Array(source)`: a source may be a `Buffer` of
 * Node, whose `slice` is no copy. What is to be written is for reading alone: its bytes stay as they are.
 *
 * **Failure**: throw, or reject, with a `DriverError`; errors of Node's file system are understood by
 * their `code`. Anything else reaches the client as EIO and the server's log with its stack. A failed
 * call never costs the connection.
 */

/** A value at once, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** The sizes of request that suit a disk, in bytes. Spec: proto.md, "Block size constraints". */
export interface BlockSize {
  /**
   * A power of two from 1 to 65,536: every offset and length is a multiple of it, and so is the size that `resize` is
   * given. What a size has beyond a multiple of it nobody can reach.
   */
  readonly minimum: number;
  /** A power of two, at least 512 and at least `minimum`: requests of this size are efficient. */
  readonly preferred: number;
  /** The largest read or write, at least `preferred`, and of nothing else: 0xffff_ffff stands for no limit of the disk's own. */
  readonly payloadMax: number;
}

export interface WriteOptions {
  /** Force unit access: answer only when the change is on stable storage. Never set unless `fua` is "native". */
  readonly fua: boolean;
}

export interface ZeroOptions extends WriteOptions {
  /** The range may become a hole; otherwise its space must be allocated, so that a later write cannot fail for want of it. */
  readonly mayTrim: boolean;
  /** Refuse with `DriverError("ENOTSUP")`, changing nothing, unless this is faster than writing the zeroes. */
  readonly fast: boolean;
}

/** A run of bytes that share one state of allocation. */
export interface Extent {
  /** Bytes, at least 1. */
  readonly length: number;
  /** The range takes no space. */
  readonly hole: boolean;
  /** The range reads as zeroes: the session tells clients so, and does not read it. */
  readonly zero: boolean;
}

/** The extents of a range, in order and without gaps; the reader may stop early. */
export type Extents = Iterable<Extent> | AsyncIterable<Extent>;

/** A run of bytes that share one value in a map of the disk. */
export interface MapRun {
  /** Bytes, at least 1. */
  readonly length: number;
  /** What the map says of them: an integer of 0 to 2^32 - 1, or to 2^53 - 1 in a map that is `wide`. */
  readonly value: number;
}

/** The runs of a range, in order and without gaps; the reader may stop early. */
export type MapRuns = Iterable<MapRun> | AsyncIterable<MapRun>;

/**
 * A map of the disk beside its extents: what has changed since the last backup, how often a range is
 * read, anything that is a number for each run of bytes. Clients find it by its name, as a meta context.
 */
export interface DiskMap {
  /**
   * "namespace:leaf", at most 4096 bytes of UTF-8 without NUL. "qemu:dirty-bitmap:NAME" is what qemu and
   * libnbd read as a dirty bitmap (1: changed, 0: not); for maps of one's own there are the namespaces
   * "x-…". The namespace "base" belongs to the protocol.
   */
  readonly name: string;
  /** True: values above 2^32 - 1 occur, so only clients that have agreed on extended headers are offered it. */
  readonly wide?: true;
  /**
   * The runs from `offset`, under the contract of `Driver.extents`: at least one, without gaps, the last
   * may end earlier or later than `offset + length`, never after the end of the disk.
   */
  runs(offset: number, length: number): MapRuns;
}

/** One of the reads that arrived together. See `Driver.readBatch`. */
export interface BatchedRead {
  /** To be filled, all of it, unless there is a `view`. Lent until the read is answered. */
  readonly target: Uint8Array;
  /** Where from, in bytes. */
  readonly offset: number;
  /**
   * The driver's answer, `undefined` when it is handed over, which means: `target` is filled, or there is a `view`. A read
   * that must wait is answered with the promise of being filled, one that failed with a rejected promise.
   */
  answer: Promise<void> | undefined;
  /** True, of a disk that `lendsViews`: to be told where the bytes lie costs less than to have them in `target`. */
  readonly takesView?: boolean;
  /**
   * Where the bytes lie, as many as `target` holds, in memory of the disk: the answer, at once, to a read that `takesView`,
   * in place of filling `target`. They are sent from there later, as they are then. While anybody has the view, only changes
   * of this very range may change its memory, but that it may become zeroes once the range is a hole; it is used for nothing
   * else, and never detached, moved or cut.
   */
  view?: Uint8Array | undefined;
}

/** One of the writes that arrived together. See `Driver.writeBatch`. */
export interface BatchedWrite extends WriteOptions {
  /** What to write, all of it. Lent as `source` of `write` is. */
  readonly source: Uint8Array;
  /** Where to, in bytes. */
  readonly offset: number;
  /**
   * The driver's answer, `undefined` when it is handed over, which means: `source` is written. A write
   * that must wait is answered with the promise of being written, one that failed with a rejected promise.
   */
  answer: Promise<void> | undefined;
}

/**
 * A disk. Presence is capability: only `size` and `read` must be there. Ranges are in bytes, inside the disk and aligned; buffers
 * are lent until the call is answered; what fails throws, or rejects with, a `DriverError`.
 */
export interface Driver {
  /**
   * Bytes: a safe integer of at least 0. It is read anew for each batch of requests, and may change
   * by `resize` only.
   */
  readonly size: number;

  /** Absent: any offset and length, 4096 preferred, no limit of the disk's own. */
  readonly blockSize?: BlockSize;

  /** True: no method that changes the disk is called, whether it is there or not. A disk without `write` is read-only too. */
  readonly readOnly?: boolean;

  /** A hint for clients: the disk seeks. */
  readonly rotational?: boolean;

  /**
   * True: a `flush` or FUA on one connection covers what was written and answered on every other. So it is where all
   * connections share one driver, or what is behind several, and nothing is kept back for any one of them.
   */
  readonly multiConn?: boolean;

  /**
   * How many calls may be under way at a time, at least 1, whatever the number of connections. Absent:
   * as many as there are. A disk with a limit gets its reads and writes one by one, never by `readBatch`
   * or `writeBatch`.
   *
   * Calls of this object count, and of the filters around it. Where several objects stand for one disk, as in the
   * threads of a server with workers, each is kept to its own number: give each a share of what the disk can take.
   */
  readonly concurrency?: number;

  /**
   * "native": `write`, `writeBatch`, `trim` and `zero` honour `fua` themselves. Absent: they never see it
   * set, and the session calls `flush` after them instead. Without `flush` the disk offers no FUA at all.
   */
  readonly fua?: 'native';

  /**
   * False: `write` and `writeBatch` have taken all they need from `source` by the time they *return*, also
   * when they answer by a promise; the session may then hand over received bytes without a copy of its
   * own. Absent: `source` stays valid until the promise settles.
   */
  readonly retainsSource?: false;

  /**
   * True: `read` and `readBatch` always overwrite all of a target that they answer, but by a view, as the conformance
   * suite checks. Absent: the session clears each target first, so that a driver that fills less by
   * mistake hands out zeroes and never bytes of another disk.
   */
  readonly fillsTarget?: true;

  /** True: `readBatch` may answer with views. Absent: no read takes one. */
  readonly lendsViews?: true;

  /** Fills all of `target` with the bytes at `offset`. A disk that cannot throws; it never fills less. */
  read(target: Uint8Array, offset: number): Awaitable<void>;

  /**
   * Reads that arrived together, for a disk that can do many in one go (one system call, one query).
   * Called in place of `read`, with at least one read; each is answered on its own through its
   * `answer`, and the objects belong to the session again when the call returns. Must not throw for
   * the fault of a single read. A driver without it gets one `read` for each, and loses nothing else.
   */
  readBatch?(reads: readonly BatchedRead[]): void;

  /** Writes all of `source` at `offset`, so that every later read sees it. */
  write?(source: Uint8Array, offset: number, options: WriteOptions): Awaitable<void>;

  /**
   * Writes that arrived together, for a disk that can do many in one go. Called in place of `write`, on a disk
   * that has both, with at least one write, under the contract of `readBatch`. Where two of them overlap, either
   * may be what stays, byte for byte. A driver without it gets one `write` for each, and loses nothing else.
   */
  writeBatch?(writes: readonly BatchedWrite[]): void;

  /** Answers when every change already answered is on stable storage. */
  flush?(): Awaitable<void>;

  /** The range is not needed: it may become a hole, and what it reads as until written again is open. A hint; doing less is lawful. */
  trim?(offset: number, length: number, options: WriteOptions): Awaitable<void>;

  /** Makes the range read as zeroes. Absent on a disk with `write`: the session writes the zeroes. */
  zero?(offset: number, length: number, options: ZeroOptions): Awaitable<void>;

  /** The range will be read soon. A hint. */
  cache?(offset: number, length: number): Awaitable<void>;

  /**
   * The extents from `offset`, at least one and without gaps, up to about `offset + length`: the last may end
   * earlier or later (never after `size`). Lengths should be multiples of `blockSize.minimum`. Absent: the whole disk
   * counts as data. It must stay cheap on a huge disk: yield as you find, and stop when the reader does. Long reads
   * ask, too, so that zeroes need not be read.
   */
  extents?(offset: number, length: number): Extents;

  /** Maps beside the extents, each with a name of its own. Which there are is looked at once, when the export is opened. */
  readonly maps?: readonly DiskMap[];

  /**
   * Makes the disk `size` bytes: new bytes read as zeroes, cut ones are gone. `this.size` is the new size
   * once answered. No other call of the same connection is under way, but those of others may be, and
   * those beyond the new size may fail.
   */
  resize?(size: number): Awaitable<void>;

  /**
   * Ends the use of the disk. Called exactly once, when no other call is under way; only a server that
   * has run out of patience with calls that do not answer closes with them under way. A table of exports flushes
   * before it, a lookup does not: a disk that has kept changes back writes them now.
   */
  close?(): Awaitable<void>;
}
