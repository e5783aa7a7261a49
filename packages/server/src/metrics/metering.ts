/**
 * All that is measured of a server in this thread. A server that nobody measures has none.
 */
import { performance } from 'node:perf_hooks';
import type { BufferPool, ErrorsTold } from '@nbd/session';
import { count } from './count.ts';
import { LoopWatch } from './loop-watch.ts';
import { Meter } from './meter.ts';
import { RequestStopwatch } from './request-stopwatch.ts';
import type {
  ClientMetrics,
  ConnectionMetrics,
  ExportMetrics,
  ServerMetrics,
} from './server-metrics.ts';

/** Exports with counts of their own: a source may have any number. The rest is one. */
const EXPORTS_MAX = 1000;
/** The name of that one. */
const OTHER_EXPORTS = '(others)';

/** A connection that is measured once it has entered an export. */
export interface Visit {
  readonly exportName: string;
  readonly stopwatch: RequestStopwatch;
  readonly told: ErrorsTold;
}

/** A client as it is to be reported. */
export interface MeasuredClient {
  /** Undefined: it has not entered an export. */
  readonly visit: Visit | undefined;
  metrics(): ClientMetrics;
}

export interface ReportParts {
  readonly clients: Iterable<MeasuredClient>;
  readonly connections: Omit<ConnectionMetrics, 'ended'>;
  readonly pool: BufferPool;
}

export class Metering {
  readonly #now: () => number;
  readonly #loop: LoopWatch;
  readonly #meters = new Map<string, Meter>();
  readonly #ended = new Map<string, number>();
  #tlsHandshakes = 0;
  #tlsFailures = 0;

  /** `now` answers milliseconds. */
  constructor(now: () => number = () => performance.now(), loop: LoopWatch = new LoopWatch()) {
    this.#now = now;
    this.#loop = loop;
  }

  /** A client has entered an export. */
  visit(exportName: string, told: ErrorsTold): Visit {
    const stopwatch = new RequestStopwatch(this.#meterOf(exportName), this.#now);
    return { exportName, stopwatch, told };
  }

  /** A connection is over. */
  ended(visit: Visit | undefined, reason: string): void {
    count(this.#ended, reason);
    if (visit === undefined) return;
    const { errors } = this.#meterOf(visit.exportName);
    for (const [code, told] of visit.told.errors) count(errors, code, told);
  }

  secured(): void {
    this.#tlsHandshakes++;
  }

  notSecured(): void {
    this.#tlsFailures++;
  }

  report({ clients, connections, pool }: ReportParts): ServerMetrics {
    const here = [...clients];
    const { busySeconds, lag } = this.#loop;
    return {
      connections: { ...connections, ended: Object.fromEntries(this.#ended) },
      exports: this.#exports(here.flatMap(({ visit }) => visit ?? [])),
      tls: { handshakes: this.#tlsHandshakes, failures: this.#tlsFailures },
      threads: [{ lentBytes: pool.lentBytes, idleBytes: pool.idleBytes, busySeconds, lag }],
      clients: here.map((client) => client.metrics()),
    };
  }

  /** Measures no longer. What was is still told. */
  stop(): void {
    this.#loop.stop();
  }

  #exports(visits: readonly Visit[]): Record<string, ExportMetrics> {
    const exports: [string, ExportMetrics][] = [];
    for (const [name, meter] of this.#meters) {
      const errors = new Map(meter.errors);
      let { stalledMillis } = meter;
      for (const { exportName, stopwatch, told } of visits) {
        if (this.#meterOf(exportName) !== meter) continue;
        stalledMillis += stopwatch.behindMillis();
        for (const [code, times] of told.errors) count(errors, code, times);
      }
      exports.push([
        name,
        {
          commands: meter.commands(),
          errors: Object.fromEntries(errors),
          stalledSeconds: stalledMillis / 1000,
        },
      ]);
    }
    // Whatever its name is, it is an entry.
    return Object.fromEntries(exports);
  }

  #meterOf(exportName: string): Meter {
    const known = this.#meters.get(exportName);
    if (known !== undefined) return known;
    const name = this.#meters.size < EXPORTS_MAX ? exportName : OTHER_EXPORTS;
    const meter = this.#meters.get(name) ?? new Meter();
    this.#meters.set(name, meter);
    return meter;
  }
}
