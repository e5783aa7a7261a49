/**
 * A metric in the terms of Prometheus, as plain data: a name, labels and values.
 */
import { LATENCY_BOUNDS, type Latencies } from '@nbd/server';

type Labels = Readonly<Record<string, string | number>>;

interface MetricValue {
  readonly labels: Labels;
  readonly value: number;
  /** Where it is not that of the metric. */
  readonly metricName?: string;
}

/** As the registries of prom-client have them. */
export interface MetricObject {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator: 'sum';
  readonly values: readonly MetricValue[];
}

export type Sample = readonly [labels: Labels, value: number];

export function gauge(name: string, help: string, samples: readonly Sample[]): MetricObject {
  return { name, help, type: 'gauge', aggregator: 'sum', values: samples.map(valueOf) };
}

export function counter(name: string, help: string, samples: readonly Sample[]): MetricObject {
  return { name, help, type: 'counter', aggregator: 'sum', values: samples.map(valueOf) };
}

function valueOf([labels, value]: Sample): MetricValue {
  return { labels, value };
}

/** Each bucket holds all below its bound. */
export function histogram(
  name: string,
  help: string,
  all: readonly (readonly [labels: Labels, latencies: Latencies])[],
): MetricObject {
  const values = all.flatMap(([labels, { counts, sum }]) => {
    let total = 0;
    const buckets = counts.map((count, index): MetricValue => {
      total += count;
      const le = LATENCY_BOUNDS[index] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: total },
    ];
  });
  return { name, help, type: 'histogram', aggregator: 'sum', values };
}
