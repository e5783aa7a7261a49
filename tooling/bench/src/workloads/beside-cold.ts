/**
 * A client that reads what is in the page cache, one request at a time, beside one that reads what is
 * not, many at a time. The figures are those of the first, but MiB/s, which is what the other gets.
 */
import { Command } from '@nbd/codec';
import { dropFromCache, readPieces } from '../servers/data-files.ts';
import { leanRun, type Load } from '../client/lean-client.ts';
import { NotApplicable } from './not-applicable.ts';
import { percentile } from '../results/statistics.ts';
import { MEBIBYTE, type WorkloadFamily } from './workload.ts';

const BLOCK_BYTES = 4096;

/** The share of the export that is hot; the rest is larger than what a run reads, if the export is. */
const HOT_SHARE = 1 / 16;

const READ: Omit<Load, 'depth' | 'runtimeSeconds'> = {
  command: Command.READ,
  order: 'random',
  lengths: [BLOCK_BYTES],
  stepBytes: BLOCK_BYTES,
  connections: 1,
  form: 'simple',
};

export const besideColdWorkloads: WorkloadFamily = {
  pattern: /^beside-cold-q(?<depth>\d+)$/,
  make(name, { depth }) {
    return {
      name,
      program: 'dd',
      writes: false,
      async run(served, { runtimeSeconds, sizeBytes }) {
        if (served.data !== 'file') throw new NotApplicable('its disk is no file');
        const border = Math.floor((sizeBytes * HOT_SHARE) / BLOCK_BYTES) * BLOCK_BYTES;
        const hotPart = { start: 0, end: border };
        const coldPart = { start: border, end: sizeBytes };
        await dropFromCache(served.file);
        await readPieces(served.file, () => undefined, border);
        const common = { ...READ, runtimeSeconds };
        const [hot, cold] = await Promise.all([
          leanRun(served, { ...common, part: hotPart, depth: 1 }),
          leanRun(served, { ...common, part: coldPart, depth: Number(depth) }),
        ]);
        return {
          rate: hot.replies / hot.seconds,
          unit: 'ops/s',
          operations: hot.replies + cold.replies,
          p50Micros: percentile(hot.latenciesMicros, 0.5),
          p99Micros: percentile(hot.latenciesMicros, 0.99),
          mebibytesPerSecond: (cold.replies * BLOCK_BYTES) / cold.seconds / MEBIBYTE,
        };
      },
    };
  },
};
