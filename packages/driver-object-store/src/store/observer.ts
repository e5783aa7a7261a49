/** What a volume tells of its work: for metrics, and for the bill of the store. */

export type RequestKind = 'get' | 'put' | 'swap' | 'delete' | 'list';

/** All methods are called at once, must not throw, and should be quick. */
export interface VolumeObserver {
  /** A request to the store has ended. `bytes` are those of the chunk or of the head that went over. */
  request?(kind: RequestKind, bytes: number, millis: number, outcome: 'done' | 'failed'): void;
  /** The same bytes are put once more, because the attempt before has failed. */
  retry?(): void;
  /** A commit has succeeded: from the flush, or whatever began it, until the head had changed. */
  commit?(millis: number): void;
  /** A commit in the background has failed. It will be tried again; of one that cannot be, `deposed` tells. */
  commitFailed?(error: Error): void;
  /** How many bytes are in memory alone now. */
  dirty?(bytes: number): void;
  /** Whether a chunk that was read was in the cache. */
  cache?(outcome: 'hit' | 'miss'): void;
  /** Another host has taken the volume over: every request will fail, and clients should be sent away. */
  deposed?(reason: Error): void;
}

/** What a store asks for one request, in whatever money. */
export interface RequestPrices {
  /** Of a put, a swap or a list. */
  readonly change: number;
  /** Of a get. Deletions are free, as far as we know of any store. */
  readonly read: number;
}

/** Dollars at Amazon S3 (Standard, us-east-1, 2026). */
export const AMAZON_PRICES: RequestPrices = { change: 5e-6, read: 4e-7 };

/** What requests cost that were counted: what an hour has cost is the difference to an hour before. */
export function requestCost(
  { put, swap, list, get }: Readonly<Record<RequestKind, number>>,
  { change, read }: RequestPrices = AMAZON_PRICES,
): number {
  return (put + swap + list) * change + get * read;
}

/** What `countingObserver` has counted. */
export interface VolumeCounters {
  readonly requests: Readonly<Record<RequestKind, number>>;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly requestsFailed: number;
  readonly retries: number;
  readonly commits: number;
  /** Milliseconds, of all commits together. */
  readonly commitMillis: number;
  readonly dirtyBytes: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

/** An observer that counts. `counters` are those up to now, and go on. */
export function countingObserver(): VolumeObserver & { readonly counters: VolumeCounters } {
  const requests = { get: 0, put: 0, swap: 0, delete: 0, list: 0 };
  const counters = {
    requests,
    bytesRead: 0,
    bytesWritten: 0,
    requestsFailed: 0,
    retries: 0,
    commits: 0,
    commitMillis: 0,
    dirtyBytes: 0,
    cacheHits: 0,
    cacheMisses: 0,
  };
  return {
    counters,
    request(kind, bytes, _millis, outcome) {
      requests[kind] += 1;
      if (outcome === 'failed') counters.requestsFailed += 1;
      else if (kind === 'get') counters.bytesRead += bytes;
      else counters.bytesWritten += bytes;
    },
    retry() {
      counters.retries += 1;
    },
    commit(millis) {
      counters.commits += 1;
      counters.commitMillis += millis;
    },
    dirty(bytes) {
      counters.dirtyBytes = bytes;
    },
    cache(outcome) {
      if (outcome === 'hit') counters.cacheHits += 1;
      else counters.cacheMisses += 1;
    },
  };
}
