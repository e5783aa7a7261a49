/**
 * What a server tells of itself, in the terms of Prometheus: names, labels and values, as plain data. `docs/operations.md`
 * says what each is for.
 */
import { spellErrorCode } from '@nbd/codec';
import type { ServerMetrics } from '@nbd/server';
import { counter, gauge, histogram, type MetricObject, type Sample } from './metric-object.ts';
import type { VolumeMetrics } from './volume-counts.ts';
import { volumeMetricObjects } from './volume-metric-objects.ts';

/** What the program knows beside its server. */
export interface ProgramState {
  readonly version: string;
  readonly isReady: boolean;
  /** The names of those that clients can open. */
  readonly exportNames: readonly string[];
  readonly reloads: Readonly<Record<'done' | 'failed' | 'superseded', number>>;
}

/** All metrics, in the order of the handbook. */
export function metricObjects(
  metrics: ServerMetrics,
  state: ProgramState,
  volumes: ReadonlyMap<string, VolumeMetrics>,
): MetricObject[] {
  return [
    ...programMetrics(state),
    ...connectionMetrics(metrics),
    ...exportMetrics(metrics),
    ...volumeMetricObjects(volumes),
    ...threadMetrics(metrics),
  ];
}

function programMetrics({ version, isReady, exportNames, reloads }: ProgramState): MetricObject[] {
  return [
    gauge('nbd_build_info', 'The version of the server, as a label.', [[{ version }, 1]]),
    gauge('nbd_ready', '1 while clients are accepted.', [[{}, isReady ? 1 : 0]]),
    gauge('nbd_exports', 'Exports that clients can open.', [[{}, exportNames.length]]),
    counter('nbd_reloads_total', 'Reloads by SIGHUP.', [
      [{ result: 'done' }, reloads.done],
      [{ result: 'failed' }, reloads.failed],
      [{ result: 'superseded' }, reloads.superseded],
    ]),
  ];
}

function connectionMetrics({ connections, tls, clients }: ServerMetrics): MetricObject[] {
  const stalled = clients.filter(({ isBehind }) => isBehind).length;
  return [
    gauge('nbd_connections', 'Connections that are open.', [[{}, connections.open]]),
    counter('nbd_connections_total', 'Connections accepted.', [[{}, connections.total]]),
    counter(
      'nbd_connections_refused_total',
      'Connections turned away.',
      Object.entries(connections.refused).map(([reason, times]) => [{ reason }, times]),
    ),
    counter(
      'nbd_connections_ended_total',
      'Connections that are over.',
      Object.entries(connections.ended).map(([reason, times]) => [{ reason }, times]),
    ),
    gauge('nbd_connections_stalled', 'Clients that do not take their replies.', [[{}, stalled]]),
    counter('nbd_tls_handshakes_total', 'TLS handshakes.', [
      [{ result: 'done' }, tls.handshakes],
      [{ result: 'failed' }, tls.failures],
    ]),
  ];
}

function exportMetrics({ exports, clients }: ServerMetrics): MetricObject[] {
  const entries = Object.entries(exports);
  const commands = entries.flatMap(([name, { commands: all }]) =>
    Object.entries(all).map(([command, one]) => [{ export: name, command }, one] as const),
  );
  const now = (what: (client: ServerMetrics['clients'][number]) => number): Sample[] =>
    entries.map(([name]) => [
      { export: name },
      clients.reduce((sum, one) => sum + (one.exportName === name ? what(one) : 0), 0),
    ]);
  const each = (what: (one: (typeof commands)[number][1]) => number): Sample[] =>
    commands.map(([labels, one]) => [labels, what(one)]);
  return [
    gauge(
      'nbd_export_connections',
      'Clients of the export.',
      now(() => 1),
    ),
    gauge(
      'nbd_requests_in_flight',
      'Requests under way.',
      now(({ inFlight }) => inFlight),
    ),
    gauge(
      'nbd_queued_bytes',
      'Bytes of replies that clients have not taken.',
      now(({ queuedBytes }) => queuedBytes),
    ),
    counter(
      'nbd_requests_total',
      'Requests that disks were given.',
      each(({ requests }) => requests),
    ),
    counter(
      'nbd_bytes_total',
      'Bytes read or changed.',
      each(({ bytes }) => bytes),
    ),
    histogram(
      'nbd_request_seconds',
      'From the arrival of a request until the transport has its reply.',
      commands.map(([labels, { latency }]) => [labels, latency]),
    ),
    counter(
      'nbd_disk_seconds_total',
      'Time that requests were with their disk.',
      each(({ diskSeconds }) => diskSeconds),
    ),
    counter(
      'nbd_stalled_seconds_total',
      'Time that clients had to take replies before they were served on.',
      entries.map(([name, { stalledSeconds }]) => [{ export: name }, stalledSeconds]),
    ),
    counter(
      'nbd_errors_total',
      'Error replies.',
      entries.flatMap(([name, { errors }]) =>
        Object.entries(errors).map(([error, times]) => [
          { export: name, error, name: spellErrorCode(Number(error)) },
          times,
        ]),
      ),
    ),
  ];
}

function threadMetrics({ threads }: ServerMetrics): MetricObject[] {
  const each = (what: (thread: ServerMetrics['threads'][number]) => number): Sample[] =>
    threads.map((one, thread) => [{ thread }, what(one)]);
  return [
    gauge(
      'nbd_memory_lent_bytes',
      'Memory in use.',
      each(({ lentBytes }) => lentBytes),
    ),
    gauge(
      'nbd_memory_idle_bytes',
      'Memory kept for later.',
      each(({ idleBytes }) => idleBytes),
    ),
    counter(
      'nbd_event_loop_busy_seconds_total',
      'Time that the thread was at work.',
      each(({ busySeconds }) => busySeconds),
    ),
    histogram(
      'nbd_event_loop_lag_seconds',
      'By how much timers of the thread were late.',
      threads.map(({ lag }, thread) => [{ thread }, lag]),
    ),
  ];
}
