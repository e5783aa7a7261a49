/**
 * Counts what one volume does, for as long as it is open.
 */
import { requestCost, type RequestKind, type VolumeObserver } from '@nbd/driver-object-store';
import { LATENCY_BOUNDS } from '@nbd/server';
import { addCost } from './hourly-cost.ts';
import { REQUEST_KINDS, type VolumeCounts } from './volume-counts.ts';

export interface VolumeMeter extends Required<Omit<VolumeObserver, 'deposed'>> {
  /** The volume is closed: nothing of it is in memory any more. */
  closed(): void;
}

const NO_REQUESTS: Readonly<Record<RequestKind, number>> = {
  get: 0,
  put: 0,
  swap: 0,
  delete: 0,
  list: 0,
};

/**
 * Adds to what is in `counts`: a volume that is opened anew goes on where the last one was, and while the one is still
 * in use the other counts beside it. `now` answers milliseconds since 1970.
 */
export function volumeMeter(counts: VolumeCounts, now: () => number = Date.now): VolumeMeter {
  let dirtyBytes = 0;
  function dirty(bytes: number): void {
    add(counts.dirtyBytes, 0, bytes - dirtyBytes);
    dirtyBytes = bytes;
  }
  return {
    request(kind, bytes, millis, outcome) {
      const at = REQUEST_KINDS.indexOf(kind);
      add(counts.requests, at, 1);
      add(counts.bytes, at, bytes);
      add(counts.millis, at, millis);
      if (outcome === 'failed') add(counts.failures, at, 1);
      addCost(counts.hourlyCost, requestCost({ ...NO_REQUESTS, [kind]: 1 }), now());
    },
    retry: () => add(counts.retries, 0, 1),
    commit(millis) {
      const bound = LATENCY_BOUNDS.findIndex((seconds) => millis <= seconds * 1000);
      add(counts.commits, bound === -1 ? LATENCY_BOUNDS.length : bound, 1);
      add(counts.commitMillis, 0, millis);
    },
    commitFailed: () => add(counts.commitFailures, 0, 1),
    dirty,
    cache: (outcome) => add(outcome === 'hit' ? counts.cacheHits : counts.cacheMisses, 0, 1),
    closed: () => dirty(0),
  };
}

/** Each number has one thread that writes it. */
function add(numbers: Float64Array, at: number, by: number): void {
  numbers[at] = (numbers[at] as number) + by;
}
