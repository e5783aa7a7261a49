/** fio writes a disk in random order, many requests at a time, and verifies what it reads back. */
import { runTool } from './run-tool.ts';

const BLOCK_BYTES = 8192;

export interface FioOptions {
  /** Of what is written, all jobs together: a multiple of 8 KiB for each. */
  readonly sizeBytes: number;
  /** Requests of a job at a time. */
  readonly depth: number;
  /** Each has a connection, and its own part of the disk. */
  readonly jobs: number;
}

/** What a job has done, in blocks of 8 KiB. */
export interface FioJob {
  readonly error: number;
  readonly reads: number;
  readonly writes: number;
}

interface Report {
  readonly jobs: readonly {
    readonly error: number;
    readonly read: { readonly total_ios: number };
    readonly write: { readonly total_ios: number };
  }[];
}

/** Rejects if a checksum is wrong. */
export async function verifyWithFio(uri: string, options: FioOptions): Promise<readonly FioJob[]> {
  const { sizeBytes, depth, jobs } = options;
  const share = sizeBytes / jobs;
  const output = await runTool('fio', [
    '--name=verify',
    '--ioengine=nbd',
    `--uri=${uri}`,
    '--rw=randwrite',
    `--bs=${BLOCK_BYTES}`,
    `--numjobs=${jobs}`,
    `--size=${share}`,
    `--offset_increment=${share}`,
    `--iodepth=${depth}`,
    '--verify=crc32c',
    '--verify_fatal=1',
    '--verify_state_save=0',
    '--randseed=1',
    '--output-format=json',
  ]);
  const report = JSON.parse(output.slice(output.indexOf('{'))) as Report;
  return report.jobs.map(({ error, read, write }) => ({
    error,
    reads: read.total_ios,
    writes: write.total_ios,
  }));
}

/** The jobs of a run without fault: each has written each block of its part once, and read it back. */
export function soundJobs({ sizeBytes, jobs }: FioOptions): readonly FioJob[] {
  const blocks = sizeBytes / jobs / BLOCK_BYTES;
  return Array.from({ length: jobs }, () => ({ error: 0, reads: blocks, writes: blocks }));
}
