/**
 * Metrics as Prometheus reads them.
 */
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import type { MetricObject } from './metric-object.ts';

export class PrometheusText {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
  /** Of the process: its memory, its processor time, its descriptors. */
  readonly #process = new Registry();

  constructor() {
    // What it tells of the loop is of this thread only, and from the start; there is better. So it is not to cost anything.
    collectDefaultMetrics({ register: this.#process, eventLoopMonitoringPrecision: 60_000 });
    for (const { name } of this.#process.getMetricsAsArray()) {
      if (name.startsWith('nodejs_eventloop')) this.#process.removeSingleMetric(name);
    }
  }

  /** The text for `metrics`, and those of the process. */
  async of(metrics: readonly MetricObject[]): Promise<string> {
    const own = AggregatorRegistry.aggregate([metrics]);
    return `${await own.metrics()}\n${await this.#process.metrics()}`;
  }
}
