/**
 * What volumes in buckets count of their work: numbers in memory that threads share. Each thread counts in a row of its
 * own, so none waits for another, and one that is stuck still tells what it has done.
 */
import type { RequestKind } from '@nbd/driver-object-store';
import { LATENCY_BOUNDS, type Latencies } from '@nbd/server';
import { costOfHour, HOURLY_COST_LENGTH } from './hourly-cost.ts';

/** By their place in what is counted for each. */
export const REQUEST_KINDS: readonly RequestKind[] = ['get', 'put', 'swap', 'delete', 'list'];

const KINDS = REQUEST_KINDS.length;

/** What is counted. */
type Field =
  | 'requests'
  | 'failures'
  | 'bytes'
  | 'millis'
  | 'retries'
  | 'commits'
  | 'commitMillis'
  | 'commitFailures'
  | 'dirtyBytes'
  | 'cacheHits'
  | 'cacheMisses'
  | 'hourlyCost';

/** How many numbers that takes. */
const LENGTHS: Readonly<Record<Field, number>> = {
  requests: KINDS,
  failures: KINDS,
  bytes: KINDS,
  millis: KINDS,
  retries: 1,
  /** By the class of their latency. */
  commits: LATENCY_BOUNDS.length + 1,
  commitMillis: 1,
  commitFailures: 1,
  dirtyBytes: 1,
  cacheHits: 1,
  cacheMisses: 1,
  hourlyCost: HOURLY_COST_LENGTH,
};

const FIELDS = Object.entries(LENGTHS) as [Field, number][];
const ROW_LENGTH = FIELDS.reduce((sum, [, length]) => sum + length, 0);

/** The row of one thread: to be added to. */
export type VolumeCounts = Readonly<Record<Field, Float64Array<SharedArrayBuffer>>>;

/** What all threads together have counted of the volumes of one export, as plain data. */
export interface VolumeMetrics {
  readonly requests: Readonly<Record<RequestKind, VolumeRequestMetrics>>;
  readonly retries: number;
  readonly commits: Latencies;
  readonly commitFailures: number;
  readonly dirtyBytes: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Of the last hour, dollars. */
  readonly cost: number;
}

export interface VolumeRequestMetrics {
  /** Those that failed, too. */
  readonly requests: number;
  readonly failures: number;
  readonly bytes: number;
  /** How long the store took for all of them. */
  readonly seconds: number;
}

/** Memory for so many threads, all zeroes. */
export function volumeMemory(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * ROW_LENGTH * Float64Array.BYTES_PER_ELEMENT);
}

/** The row of a thread, which is counted from 0. */
export function countsIn(memory: SharedArrayBuffer, thread: number): VolumeCounts {
  let at = thread * ROW_LENGTH * Float64Array.BYTES_PER_ELEMENT;
  const counts = FIELDS.map(([field, length]) => {
    const numbers = new Float64Array(memory, at, length);
    at += numbers.byteLength;
    return [field, numbers] as const;
  });
  return Object.fromEntries(counts) as VolumeCounts;
}

/** What is in all rows, together. `now` is in milliseconds since 1970. */
export function volumeMetrics(memory: SharedArrayBuffer, now: number): VolumeMetrics {
  const threads = memory.byteLength / (ROW_LENGTH * Float64Array.BYTES_PER_ELEMENT);
  const rows = Array.from({ length: threads }, (_, thread) => countsIn(memory, thread));
  const sum = (field: Field, at = 0): number =>
    rows.reduce((total, row) => total + (row[field][at] as number), 0);
  const requests = REQUEST_KINDS.map((kind, at): [RequestKind, VolumeRequestMetrics] => [
    kind,
    {
      requests: sum('requests', at),
      failures: sum('failures', at),
      bytes: sum('bytes', at),
      seconds: sum('millis', at) / 1000,
    },
  ]);
  return {
    requests: Object.fromEntries(requests) as VolumeMetrics['requests'],
    retries: sum('retries'),
    commits: {
      counts: Array.from({ length: LENGTHS.commits }, (_, at) => sum('commits', at)),
      sum: sum('commitMillis') / 1000,
    },
    commitFailures: sum('commitFailures'),
    dirtyBytes: sum('dirtyBytes'),
    cacheHits: sum('cacheHits'),
    cacheMisses: sum('cacheMisses'),
    cost: rows.reduce((total, { hourlyCost }) => total + costOfHour(hourlyCost, now), 0),
  };
}
