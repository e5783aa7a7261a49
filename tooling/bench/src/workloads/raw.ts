/**
 * `raw-*`: the lean client of this tool.
 */
import { Command } from '@nbd/codec';
import { type LeanRun, leanRun, type Load } from '../client/lean-client.ts';
import { mixedLengths } from '../client/mixed-lengths.ts';
import type { ReplyForm } from '../client/reply-form.ts';
import { parseSize } from '../command-line/size.ts';
import { percentile } from '../results/statistics.ts';
import { type Figures, MEBIBYTE, type WorkloadFamily } from './workload.ts';

type Shape = Omit<Load, 'runtimeSeconds'>;

export const rawWorkloads: WorkloadFamily = {
  pattern:
    /^raw-(?:(?<order>rand)?(?<verb>read|write)-(?<block>\d+[km])|rand(?<mixed>read|write)-mixed)-q(?<depth>\d+)(?:-c(?<connections>\d+))?(?<unaligned>-unaligned)?(?:-(?<form>structured|extended))?$/,
  make(name, { order, verb, block = '', mixed, depth, connections = '1', unaligned, form }) {
    const isSequential = mixed === undefined && order === undefined;
    if (isSequential && unaligned !== undefined) {
      throw new RangeError(`${name}: expected rand before a read or write that is unaligned`);
    }
    const isWrite = (verb ?? mixed) === 'write';
    const lengths = mixed === undefined ? [parseSize(block)] : mixedLengths();
    const [first = 1] = lengths;
    const anyByte = mixed !== undefined || unaligned !== undefined;
    const shape: Shape = {
      command: isWrite ? Command.WRITE : Command.READ,
      order: isSequential ? 'sequential' : 'random',
      lengths,
      stepBytes: anyByte ? 1 : first,
      depth: Number(depth),
      connections: Number(connections),
      form: (form as ReplyForm | undefined) ?? 'simple',
    };
    return {
      name,
      program: undefined,
      writes: isWrite,
      scatters: isWrite && !isSequential,
      async run(served, { runtimeSeconds }) {
        return figuresOf(shape, await leanRun(served, { ...shape, runtimeSeconds }));
      },
    };
  },
};

function figuresOf({ lengths }: Shape, { replies, seconds, latenciesMicros }: LeanRun): Figures {
  const meanBytes = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return {
    rate: replies / seconds,
    unit: 'ops/s',
    operations: replies,
    p50Micros: percentile(latenciesMicros, 0.5),
    p99Micros: percentile(latenciesMicros, 0.99),
    mebibytesPerSecond: (replies * meanBytes) / seconds / MEBIBYTE,
  };
}
