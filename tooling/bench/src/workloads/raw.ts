/**
 * `raw-*`: the lean client of this tool.
 */
import { Command } from '@nbd/codec';
import { leanRun } from '../lean-client.ts';
import { parseSize } from '../size.ts';
import { percentile } from '../statistics.ts';
import { MEBIBYTE, type WorkloadFamily } from '../workload.ts';

export const rawWorkloads: WorkloadFamily = {
  pattern:
    /^raw-(?<order>rand)?(?<verb>read|write)-(?<block>\d+[km])-q(?<depth>\d+)(?:-c(?<connections>\d+))?$/,
  make(name, { order, verb, block = '', depth, connections = '1' }) {
    const load = {
      command: verb === 'write' ? Command.WRITE : Command.READ,
      order: order === undefined ? ('sequential' as const) : ('random' as const),
      blockBytes: parseSize(block),
      depth: Number(depth),
      connections: Number(connections),
    };
    return {
      name,
      program: undefined,
      writes: verb === 'write',
      async run(served, { runtimeSeconds }) {
        const { replies, seconds, latenciesMicros } = await leanRun(served, {
          ...load,
          runtimeSeconds,
        });
        return {
          rate: replies / seconds,
          unit: 'ops/s',
          operations: replies,
          p50Micros: percentile(latenciesMicros, 0.5),
          p99Micros: percentile(latenciesMicros, 0.99),
          mebibytesPerSecond: (replies * load.blockBytes) / seconds / MEBIBYTE,
        };
      },
    };
  },
};
