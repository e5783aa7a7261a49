/**
 * What operators and their machines can read beside the live page: metrics and health.
 *
 *   /healthz       200 while the program and all its threads answer
 *   /readyz        200 while clients are accepted, 503 before and after
 *   /metrics       for Prometheus
 *   /status.json   the same for the live page
 */
import type { ServerMetrics } from '@nbd/server';
import type { Health } from './health.ts';
import { metricObjects, type ProgramState } from './metric-objects.ts';
import { type Answer, type Pages, plain } from './metrics-server.ts';
import type { PrometheusText } from './prometheus-text.ts';
import type { VolumeMetrics } from './volume-counts.ts';
import { volumeStatuses } from './volume-status.ts';

/** What is read of a program. */
export interface Watched {
  readonly health: Health;
  readonly prometheus: PrometheusText;
  readonly state: () => ProgramState;
  /** Rejects while there is no server. */
  readonly metrics: () => Promise<ServerMetrics>;
  /** By the names of their exports. */
  readonly volumes: () => ReadonlyMap<string, VolumeMetrics>;
}

export function operatorPages({ health, prometheus, state, metrics, volumes }: Watched): Pages {
  return new Map([
    [
      '/healthz',
      async () => {
        // A thread that is stuck answers nothing, and so does this.
        if (health.isReady) await metrics();
        return plain(200, 'alive');
      },
    ],
    ['/readyz', async () => plain(health.isReady ? 200 : 503, health.state)],
    [
      '/metrics',
      async () => ({
        status: 200,
        contentType: prometheus.contentType,
        body: await prometheus.of(metricObjects(await metrics(), state(), volumes())),
      }),
    ],
    [
      '/status.json',
      async () =>
        json({
          state: health.state,
          ...state(),
          ...(await metrics()),
          volumes: volumeStatuses(volumes()),
        }),
    ],
  ]);
}

function json(value: object): Answer {
  return {
    status: 200,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(value),
  };
}
