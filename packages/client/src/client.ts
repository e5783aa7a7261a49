/**
 * A client of one export: what it offers, in the words of a disk.
 *
 * Offsets and lengths are bytes, whole and inside the export; those that are not, or that are not
 * multiples of `info.blockSize.minimum`, throw a RangeError before anything is sent. Methods reject
 * with an `NbdError` for what the server or the network did, and with the reason of the signal when it
 * was aborted. A request that fails harms no other one.
 *
 * Any number of calls may be under way: beyond `requestsMax` and `bytesMax` they wait their turn, so
 * awaiting is all the backpressure there is. Calls that overlap in time may be done in any order.
 */
import type { ExportInfo, ExportListing } from './export-info.ts';

export interface RequestOptions {
  /**
   * Gives the request up: its promise rejects at once with the reason of the signal. What was sent
   * cannot be taken back, so a change may still happen. The reply is read and dropped.
   */
  readonly signal?: AbortSignal | undefined;
}

export interface ChangeOptions extends RequestOptions {
  /** Answer only when the change is on stable storage. Needs `info.can.fua`. */
  readonly fua?: boolean | undefined;
}

export interface ZeroOptions extends ChangeOptions {
  /** True: the range must stay allocated, so that a later write cannot fail for want of space. */
  readonly noHole?: boolean | undefined;
  /** True: fail at once with ENOTSUP rather than write the zeroes out. Needs `info.can.fastZero`. */
  readonly fast?: boolean | undefined;
}

export interface ExtentsOptions extends RequestOptions {
  /** A context that was selected by `contexts` of `connect`. Default `base:allocation`. */
  readonly context?: string | undefined;
  /** Where to begin. Default 0. */
  readonly offset?: number | undefined;
  /** How many bytes to cover, exactly. Default: to the end of the export, or of its last whole block. */
  readonly length?: number | undefined;
}

/** A run of bytes with one status. */
export interface Extent {
  /** Bytes from the start of the export. */
  readonly offset: number;
  /** At least 1. Of two extents in a row, the flags differ. */
  readonly length: number;
  /**
   * What the context says of it, as an unsigned integer: bits for `base:allocation` and
   * `qemu:dirty-bitmap:…` (bit 0: dirty), a number for `qemu:allocation-depth`.
   */
  readonly flags: number;
  /** Of `base:allocation`: it takes no space. Absent for other contexts. */
  readonly hole?: boolean;
  /** Of `base:allocation`: it reads as zeroes. Absent for other contexts. */
  readonly zero?: boolean;
}

/** An export to read and write, made by `connect`. It throws RangeError for ranges that cannot be; what the other end does wrong rejects with an `NbdError`. */
export interface Client {
  /** The export as it was when it was entered. */
  readonly info: ExportInfo;
  /** Bytes: `info.size`, or what `resize` has made of it. */
  readonly size: number;
  /** How many connections carry the requests at this moment; 0 while it reconnects, and once it has ended. */
  readonly connections: number;
  /** Why nothing can be asked any more: the connection was lost for good, or `close` was called. */
  readonly ended: Error | undefined;

  /**
   * Reads `length` bytes. The answer is the caller's own. A large read is several requests, of which
   * the first failure is told.
   */
  read(offset: number, length: number, options?: RequestOptions): Promise<Uint8Array>;

  /**
   * Fills all of `target`, which is lent until the promise settles. If it rejects, what `target` holds
   * is open. With a signal the bytes arrive in memory of the client's own first, at the cost of a copy.
   */
  readInto(target: Uint8Array, offset: number, options?: RequestOptions): Promise<void>;

  /**
   * Writes all of `source`, which is lent until the promise settles; with a signal it is copied at
   * once. A large write is several requests, and not atomic.
   */
  write(source: Uint8Array, offset: number, options?: ChangeOptions): Promise<void>;

  /**
   * Answers when every change that was asked for before the call, and has not failed, is on stable storage.
   * It waits for them first (K-033). On several connections one of them carries it, which covers all
   * (the server has said CAN_MULTI_CONN).
   * Answers at once when the export has no flush to offer. After a reconnection the first flush, and those
   * asked for before it has told, reject with `ECONNRESET` if changes had been answered since the last one:
   * the server may have lost them, and a flush of the new connection could not know.
   */
  flush(options?: RequestOptions): Promise<void>;

  /** Says that the range is not needed: what it reads as afterwards is open. Needs `info.can.trim`. */
  trim(offset: number, length: number, options?: ChangeOptions): Promise<void>;

  /** Makes the range read as zeroes, without sending them. Needs `info.can.zero`. */
  zero(offset: number, length: number, options?: ZeroOptions): Promise<void>;

  /** Says that the range will be read soon. Needs `info.can.cache`. */
  cache(offset: number, length: number, options?: RequestOptions): Promise<void>;

  /** Makes the export `size` bytes long. Needs `info.can.resize`; an experimental command. */
  resize(size: number, options?: RequestOptions): Promise<void>;

  /**
   * The extents of a range, in order, without gaps, each as long as it is known to be: drawn from the
   * server as the reader goes, in bounded memory. Needs the context in `info.contexts`; a server that
   * does not have it throws an `NbdError` of code `ENOTSUP`.
   */
  extents(options?: ExtentsOptions): AsyncIterableIterator<Extent>;

  /** The exports of the same server, asked over a connection of its own. */
  list(options?: RequestOptions): Promise<readonly ExportListing[]>;

  /**
   * Answers what was asked for before, tells the server, and closes (K-034). It does not flush. With the
   * signal aborted the connections are cut at once instead. It never rejects, and later calls answer
   * the same, though their signals count, too. Requests after it reject with code `ESHUTDOWN`.
   */
  close(options?: RequestOptions): Promise<void>;
}
