/**
 * nbdcopy of the whole export, out to nowhere or in from the seed.
 */
import { runTool } from '../servers/child-processes.ts';
import { MEBIBYTE, type WorkloadFamily } from './workload.ts';

const SECONDS_MAX = 60;

export const copyWorkloads: WorkloadFamily = {
  pattern: /^copy(?<direction>out|in)-c(?<connections>\d+)$/,
  make(name, { direction, connections }) {
    return {
      name,
      program: 'nbdcopy',
      writes: direction === 'in',
      async run({ uri }, { sizeBytes, seed }) {
        const operands = direction === 'in' ? ['--allocated', seed, uri] : [uri, 'null:'];
        const args = [`--connections=${connections}`, ...operands];
        const { seconds } = await runTool('nbdcopy', args, SECONDS_MAX);
        const mebibytes = sizeBytes / MEBIBYTE;
        return { rate: mebibytes / seconds, unit: 'MiB/s', operations: mebibytes };
      },
    };
  },
};
