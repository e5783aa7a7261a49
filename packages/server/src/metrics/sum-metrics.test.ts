import { expect, test } from 'vitest';
import type {
  ClientMetrics,
  CommandMetrics,
  ServerMetrics,
  ThreadMetrics,
} from './server-metrics.ts';
import { sumMetrics } from './sum-metrics.ts';

function commandOf(requests: number): CommandMetrics {
  return {
    requests,
    bytes: 10 * requests,
    diskSeconds: requests,
    latency: { counts: [requests, 0, 1], sum: requests },
  };
}

function metricsOf(id: number, ...names: readonly string[]): ServerMetrics {
  const one = { commands: { READ: commandOf(id) }, errors: { 5: id }, stalledSeconds: id };
  return {
    connections: { open: id, total: id, refused: { limit: id }, ended: { [`end-${id}`]: 1 } },
    exports: Object.fromEntries(names.map((name) => [name, one])),
    tls: { handshakes: id, failures: 1 },
    threads: [{ lentBytes: id } as ThreadMetrics],
    clients: [{ id } as ClientMetrics],
  };
}

test('what threads have counted is added up, whatever an export is called', () => {
  const all = sumMetrics([
    metricsOf(2, 'disk', '__proto__'),
    metricsOf(1, '__proto__', 'constructor'),
  ]);
  expect(all.connections).toEqual({
    open: 3,
    total: 3,
    refused: { limit: 3 },
    ended: { 'end-1': 1, 'end-2': 1 },
  });
  expect(all.tls).toEqual({ handshakes: 3, failures: 2 });
  expect(Object.keys(all.exports)).toEqual(['disk', '__proto__', 'constructor']);
  expect(Object.entries(all.exports)[1]?.[1]).toEqual({
    commands: {
      READ: {
        requests: 3,
        bytes: 30,
        diskSeconds: 3,
        latency: { counts: [3, 0, 2], sum: 3 },
      },
    },
    errors: { 5: 3 },
    stalledSeconds: 3,
  });
});

test('threads are in their order, clients in that of their coming', () => {
  const { threads, clients } = sumMetrics([metricsOf(2), metricsOf(1)]);
  expect(threads.map(({ lentBytes }) => lentBytes)).toEqual([2, 1]);
  expect(clients.map(({ id }) => id)).toEqual([1, 2]);
});
