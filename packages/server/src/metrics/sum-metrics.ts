/**
 * What several threads tell of themselves, together.
 */
import { count } from './count.ts';
import { addLatencies } from './latency-histogram.ts';
import type { CommandMetrics, ExportMetrics, ServerMetrics } from './server-metrics.ts';

type Counts = Readonly<Record<string, number>>;

/** Sums what can be; threads and clients are listed. */
export function sumMetrics(all: readonly ServerMetrics[]): ServerMetrics {
  const sum = (what: (one: ServerMetrics) => number): number =>
    all.reduce((total, one) => total + what(one), 0);
  return {
    connections: {
      open: sum(({ connections }) => connections.open),
      total: sum(({ connections }) => connections.total),
      refused: sumCounts(all.map(({ connections }) => connections.refused)),
      ended: sumCounts(all.map(({ connections }) => connections.ended)),
    },
    exports: sumByName(
      all.map(({ exports }) => exports),
      addExports,
    ),
    tls: {
      handshakes: sum(({ tls }) => tls.handshakes),
      failures: sum(({ tls }) => tls.failures),
    },
    threads: all.flatMap(({ threads }) => threads),
    clients: all.flatMap(({ clients }) => clients).toSorted((one, other) => one.id - other.id),
  };
}

function addExports(one: ExportMetrics, other: ExportMetrics): ExportMetrics {
  return {
    commands: sumByName([one.commands, other.commands], addCommands),
    errors: sumCounts([one.errors, other.errors]),
    stalledSeconds: one.stalledSeconds + other.stalledSeconds,
  };
}

function addCommands(one: CommandMetrics, other: CommandMetrics): CommandMetrics {
  return {
    requests: one.requests + other.requests,
    bytes: one.bytes + other.bytes,
    diskSeconds: one.diskSeconds + other.diskSeconds,
    latency: addLatencies(one.latency, other.latency),
  };
}

function sumByName<T>(
  all: readonly Readonly<Record<string, T>>[],
  add: (one: T, other: T) => T,
): Record<string, T> {
  const sums = new Map<string, T>();
  for (const [name, value] of all.flatMap(Object.entries<T>)) {
    const known = sums.get(name);
    sums.set(name, known === undefined ? value : add(known, value));
  }
  return Object.fromEntries(sums);
}

function sumCounts(all: readonly Counts[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, times] of all.flatMap((counts) => Object.entries(counts))) {
    count(sums, name, times);
  }
  return Object.fromEntries(sums);
}
