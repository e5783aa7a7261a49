/**
 * fio with its NBD engine.
 */
import { runTool } from '../servers/child-processes.ts';
import { NotApplicable } from './not-applicable.ts';
import { type Figures, MEBIBYTE, type WorkloadFamily } from './workload.ts';

const ALLOWANCE_SECONDS = 20;

export const fioWorkloads: WorkloadFamily = {
  pattern:
    /^(?<rw>randread|randwrite|read|write|randrw|rw)-(?<block>\d+[km])-q(?<depth>\d+)(?:-j(?<jobs>\d+))?$/,
  make(name, { rw = '', block, depth, jobs = '1' }) {
    return {
      name,
      program: 'fio',
      writes: /write|rw/.test(rw),
      scatters: /^rand(write|rw)/.test(rw),
      async run({ authority, uri }, { runtimeSeconds }) {
        if (authority !== undefined) throw new NotApplicable('fio knows no certificates by URI');
        const args = [
          '--name=bench',
          '--ioengine=nbd',
          `--uri=${uri}`,
          `--rw=${rw}`,
          `--bs=${block}`,
          `--iodepth=${depth}`,
          `--numjobs=${jobs}`,
          '--group_reporting',
          '--thread',
          '--time_based',
          `--runtime=${Math.round(runtimeSeconds * 1000)}ms`,
          '--norandommap',
          '--randrepeat=0',
          '--output-format=json',
        ];
        const { stdout } = await runTool('fio', args, runtimeSeconds + ALLOWANCE_SECONDS);
        return readFioReport(stdout);
      },
    };
  },
};

/** The part of one direction in fio's report. */
interface Direction {
  readonly total_ios: number;
  readonly iops: number;
  readonly bw_bytes: number;
  readonly clat_ns: { readonly percentile?: Readonly<Record<string, number>> };
}

interface FioReport {
  readonly jobs: readonly [
    { readonly error: number; readonly read: Direction; readonly write: Direction },
  ];
}

/**
 * Reads fio's report, which may have lines before the JSON. Latencies are those of the direction with
 * more requests.
 *
 * @throws Error if the report tells of one
 */
export function readFioReport(text: string): Figures {
  const { error, read, write } = (JSON.parse(text.slice(text.indexOf('{'))) as FioReport).jobs[0];
  if (error !== 0) throw new Error(`fio reports error ${error}`);
  const latencies = (read.total_ios >= write.total_ios ? read : write).clat_ns.percentile;
  return {
    rate: read.iops + write.iops,
    unit: 'ops/s',
    operations: read.total_ios + write.total_ios,
    p50Micros: micros(latencies?.['50.000000']),
    p99Micros: micros(latencies?.['99.000000']),
    mebibytesPerSecond: (read.bw_bytes + write.bw_bytes) / MEBIBYTE,
  };
}

function micros(nanos: number | undefined): number | undefined {
  return nanos === undefined ? undefined : nanos / 1000;
}
