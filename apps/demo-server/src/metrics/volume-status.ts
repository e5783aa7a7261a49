/**
 * The few figures of a volume in a bucket that a person looks at, for the live page.
 */
import { REQUEST_KINDS, type VolumeMetrics } from './volume-counts.ts';

export interface VolumeStatus {
  /** Memory of changes that a crash would lose. */
  readonly dirtyBytes: number;
  /** To the bucket, of all kinds. */
  readonly requests: number;
  /** Of these, those that failed for good. */
  readonly failures: number;
  readonly commits: number;
  /** How long all commits took together. */
  readonly commitSeconds: number;
  readonly commitFailures: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** What the requests of the last hour cost, dollars; an estimate. */
  readonly cost: number;
}

/** By the names of their exports. */
export function volumeStatuses(
  volumes: ReadonlyMap<string, VolumeMetrics>,
): Readonly<Record<string, VolumeStatus>> {
  return Object.fromEntries(Array.from(volumes, ([name, volume]) => [name, statusOf(volume)]));
}

function statusOf({ requests, commits, ...volume }: VolumeMetrics): VolumeStatus {
  const { dirtyBytes, commitFailures, cacheHits, cacheMisses, cost } = volume;
  const sum = (what: 'requests' | 'failures'): number =>
    REQUEST_KINDS.reduce((total, kind) => total + requests[kind][what], 0);
  return {
    dirtyBytes,
    requests: sum('requests'),
    failures: sum('failures'),
    commits: commits.counts.reduce((total, count) => total + count, 0),
    commitSeconds: commits.sum,
    commitFailures,
    cacheHits,
    cacheMisses,
    cost,
  };
}
