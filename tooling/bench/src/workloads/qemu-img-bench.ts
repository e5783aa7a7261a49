/**
 * qemu-img bench: sequential reads, as a virtual machine's block layer does them.
 */
import { runTool } from '../servers/child-processes.ts';
import { NotApplicable } from './not-applicable.ts';
import { parseSize } from '../command-line/size.ts';
import type { WorkloadFamily } from './workload.ts';

const SECONDS_MAX = 60;

/** It runs for a number of requests, not for a time. */
const REQUESTS_PER_SECOND = 50_000;

export const qemuImgBenchWorkloads: WorkloadFamily = {
  pattern: /^qemubench-(?<block>\d+[km])-q(?<depth>\d+)$/,
  make(name, { block = '', depth = '' }) {
    const blockBytes = String(parseSize(block));
    return {
      name,
      program: 'qemu-img',
      writes: false,
      async run({ authority, uri }, { runtimeSeconds }) {
        if (authority !== undefined)
          throw new NotApplicable('qemu-img bench knows no certificates by URI');
        const count = Math.round(REQUESTS_PER_SECOND * runtimeSeconds);
        const shape = ['-c', String(count), '-d', depth, '-s', blockBytes, '-S', blockBytes];
        const { stdout } = await runTool(
          'qemu-img',
          ['bench', '-f', 'raw', ...shape, uri],
          SECONDS_MAX,
        );
        const seconds = Number(/completed in (?<seconds>[\d.]+)/.exec(stdout)?.groups?.['seconds']);
        if (!(seconds > 0)) throw new Error(`expected "completed in" a time, found ${stdout}`);
        return { rate: count / seconds, unit: 'ops/s', operations: count };
      },
    };
  },
};
