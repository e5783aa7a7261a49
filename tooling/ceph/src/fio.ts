/** fio, which writes through NBD, reads back, and compares checksums. */
import { runProgram } from './run-program.ts';

/**
 * What it does with the first 64 MiB of an export:
 *
 * - `fill`: writes each block once, at random places, then reads all back.
 * - `change`: writes at random places over and over for so many seconds, and reads back what it wrote.
 * - `verify`: reads what the others have left.
 *
 * What is written is flushed now and then, and at the end.
 */
export type FioTask =
  | { readonly kind: 'fill'; readonly seed: number }
  | { readonly kind: 'change'; readonly seed: number; readonly seconds: number }
  | { readonly kind: 'verify' };

export interface FioReport {
  readonly writes: number;
  /** Blocks that were read back and compared. */
  readonly reads: number;
  /** Milliseconds. */
  readonly longestWrite: number;
  readonly longestFlush: number;
}

interface FioJob {
  readonly read: { readonly total_ios: number };
  readonly write: { readonly total_ios: number; readonly clat_ns: { readonly max: number } };
  readonly sync: { readonly lat_ns: { readonly max: number } };
}

/** How long it may stand still in all, in milliseconds. */
const STILL_MILLIS_MAX = 180_000;

/** Why fio cannot do it here, or undefined. */
export async function lackOfFio(): Promise<string | undefined> {
  const engines = await runProgram('fio', ['--enghelp']).catch(() => '');
  return /^\s*nbd$/m.test(engines) ? undefined : 'not on this machine: fio with the engine nbd';
}

/** Rejects with what fio complained of: an error of the disk, or a block that is not what was written. */
export async function runFio(uri: string, task: FioTask, signal?: AbortSignal): Promise<FioReport> {
  const seconds = task.kind === 'change' ? task.seconds : 0;
  const words = [
    '--name=verify',
    // One process, so that nothing goes on when it is killed.
    '--thread',
    '--ioengine=nbd',
    `--uri=${uri}`,
    '--bs=16k',
    '--size=64m',
    '--iodepth=8',
    '--verify=crc32c',
    '--verify_fatal=1',
    '--verify_state_save=0',
    '--output-format=json',
    ...wordsOf(task),
  ];
  const limits = { millisMax: seconds * 1000 + STILL_MILLIS_MAX, signal };
  const output = await runProgram('fio', words, {}, limits);
  const { jobs } = JSON.parse(output.slice(output.indexOf('{'))) as { jobs: readonly FioJob[] };
  const [job] = jobs;
  if (job === undefined) throw new Error('expected a report of fio');
  return {
    writes: job.write.total_ios,
    reads: job.read.total_ios,
    longestWrite: job.write.clat_ns.max / 1e6,
    longestFlush: job.sync.lat_ns.max / 1e6,
  };
}

function wordsOf(task: FioTask): readonly string[] {
  if (task.kind === 'verify') return ['--rw=read'];
  const writing = ['--rw=randwrite', '--fsync=64', '--end_fsync=1', `--randseed=${task.seed}`];
  if (task.kind === 'fill') return writing;
  return [...writing, '--verify_backlog=256', '--time_based', `--runtime=${task.seconds}`];
}
