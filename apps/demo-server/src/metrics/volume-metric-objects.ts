/**
 * What volumes in buckets tell of their work, in the terms of Prometheus.
 */
import { counter, gauge, histogram, type MetricObject, type Sample } from './metric-object.ts';
import { REQUEST_KINDS, type VolumeMetrics, type VolumeRequestMetrics } from './volume-counts.ts';

/** `volumes` go by the names of their exports. */
export function volumeMetricObjects(volumes: ReadonlyMap<string, VolumeMetrics>): MetricObject[] {
  const each = (what: (volume: VolumeMetrics) => number): Sample[] =>
    Array.from(volumes, ([name, volume]) => [{ export: name }, what(volume)]);
  const byKind = (what: (requests: VolumeRequestMetrics) => number): Sample[] =>
    Array.from(volumes).flatMap(([name, { requests }]) =>
      REQUEST_KINDS.map((kind): Sample => [{ export: name, kind }, what(requests[kind])]),
    );
  const byResult = (result: string, what: (volume: VolumeMetrics) => number): Sample[] =>
    Array.from(volumes, ([name, volume]) => [{ export: name, result }, what(volume)]);
  return [
    counter(
      'nbd_volume_requests_total',
      'Requests of a volume to its store.',
      byKind(({ requests }) => requests),
    ),
    counter(
      'nbd_volume_requests_failed_total',
      'Requests to the store that failed, after retries.',
      byKind(({ failures }) => failures),
    ),
    counter(
      'nbd_volume_bytes_total',
      'Bytes of objects that went to the store or came from it.',
      byKind(({ bytes }) => bytes),
    ),
    counter(
      'nbd_volume_request_seconds_total',
      'Time that the store took for requests, with retries.',
      byKind(({ seconds }) => seconds),
    ),
    counter(
      'nbd_volume_retries_total',
      'Requests that were sent once more.',
      each(({ retries }) => retries),
    ),
    histogram(
      'nbd_volume_commit_seconds',
      'From a flush, or whatever began a commit, until it was in the store.',
      Array.from(volumes, ([name, { commits }]) => [{ export: name }, commits]),
    ),
    counter(
      'nbd_volume_commits_failed_total',
      'Commits in the background that failed, and are tried again.',
      each(({ commitFailures }) => commitFailures),
    ),
    gauge(
      'nbd_volume_dirty_bytes',
      'Memory of changes that are not in the store yet.',
      each(({ dirtyBytes }) => dirtyBytes),
    ),
    counter('nbd_volume_cache_reads_total', 'Reads of chunks, by whether they were in memory.', [
      ...byResult('hit', ({ cacheHits }) => cacheHits),
      ...byResult('miss', ({ cacheMisses }) => cacheMisses),
    ]),
    gauge(
      'nbd_volume_cost_dollars_per_hour',
      'What the requests of the last hour would cost at Amazon S3.',
      each(({ cost }) => cost),
    ),
  ];
}
