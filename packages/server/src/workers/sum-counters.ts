import type { ServerCounters } from '../server-counters.ts';

/** What several threads have served, together. */
export function sumCounters(all: readonly ServerCounters[]): ServerCounters {
  const requests: Record<string, number> = {};
  for (const one of all) {
    for (const [command, count] of Object.entries(one.requests)) {
      requests[command] = (requests[command] ?? 0) + count;
    }
  }
  const sum = (what: (one: ServerCounters) => number): number =>
    all.reduce((total, one) => total + what(one), 0);
  return {
    connections: {
      open: sum(({ connections }) => connections.open),
      total: sum(({ connections }) => connections.total),
      refused: sum(({ connections }) => connections.refused),
    },
    requests,
    failures: sum(({ failures }) => failures),
    bytesRead: sum(({ bytesRead }) => bytesRead),
    bytesWritten: sum(({ bytesWritten }) => bytesWritten),
  };
}
