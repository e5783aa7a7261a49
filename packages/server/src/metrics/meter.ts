/**
 * What the clients of one export were served, and how long it took, in this thread.
 *
 * Hot path: memory is made once.
 */
import { Tally } from '@nbd/session';
import { LatencyHistogram } from './latency-histogram.ts';
import type { CommandMetrics } from './server-metrics.ts';

/** The commands, by their number. */
const NAMES: readonly string[] = Object.keys(new Tally().byCommand);

/** How many commands there are. */
export const COMMANDS: number = NAMES.length;

export class Meter {
  /** Bytes read or changed, by command. */
  readonly bytes: Float64Array = new Float64Array(COMMANDS);
  /** For how long disks had requests, by command. */
  readonly diskMillis: Float64Array = new Float64Array(COMMANDS);
  /** From a request's arrival at the session to its reply's departure. */
  readonly latencies: LatencyHistogram = new LatencyHistogram(COMMANDS);
  /** Error replies of connections that are over, by ErrorCode. */
  readonly errors: Map<number, number> = new Map();
  /** For how long clients had to take their replies before they were served on. */
  stalledMillis = 0;

  /** Of each command that was asked for, by its name. */
  commands(): Readonly<Record<string, CommandMetrics>> {
    const commands: Record<string, CommandMetrics> = {};
    for (const [type, name] of NAMES.entries()) {
      const latency = this.latencies.latencies(type);
      const requests = latency.counts.reduce((sum, count) => sum + count, 0);
      if (requests === 0) continue;
      const bytes = this.bytes[type] ?? 0;
      commands[name] = {
        requests,
        bytes,
        diskSeconds: (this.diskMillis[type] ?? 0) / 1000,
        latency,
      };
    }
    return commands;
  }
}
