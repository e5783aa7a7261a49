/** fio, which writes through NBD, reads back, and compares checksums. */
import { runProgram } from './run-program.ts';

export interface FioReport {
  readonly writes: number;
  /** Blocks that were read back and compared. */
  readonly reads: number;
  /** 0, or the number of the first error. */
  readonly error: number;
  /** Milliseconds. */
  readonly longestWrite: number;
  readonly longestFlush: number;
}

interface FioJob {
  readonly error: number;
  readonly read: { readonly total_ios: number };
  readonly write: { readonly total_ios: number; readonly clat_ns: { readonly max: number } };
  readonly sync: { readonly lat_ns: { readonly max: number } };
}

/** Why fio cannot do it here, or undefined. */
export async function lackOfFio(): Promise<string | undefined> {
  const engines = await runProgram('fio', ['--enghelp']).catch(() => '');
  return /^\s*nbd$/m.test(engines) ? undefined : 'not on this machine: fio with the engine nbd';
}

/** Writes 64 MiB at random places over and over, flushes, and verifies. Rejects with what fio complained of. */
export async function verifyWithFio(
  uri: string,
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
): Promise<FioReport> {
  const words = [
    '--name=verify',
    '--ioengine=nbd',
    `--uri=${uri}`,
    '--rw=randwrite',
    '--bs=16k',
    '--size=64m',
    '--iodepth=8',
    '--fsync=64',
    '--verify=crc32c',
    '--verify_backlog=256',
    '--verify_fatal=1',
    '--verify_state_save=0',
    `--randseed=${seed}`,
    '--time_based',
    `--runtime=${seconds}`,
    '--output-format=json',
  ];
  const output = await runProgram('fio', words, {}, (seconds + 180) * 1000);
  const { jobs } = JSON.parse(output.slice(output.indexOf('{'))) as { jobs: readonly FioJob[] };
  const [job] = jobs;
  if (job === undefined) throw new Error('expected a report of fio');
  return {
    writes: job.write.total_ios,
    reads: job.read.total_ios,
    error: job.error,
    longestWrite: job.write.clat_ns.max / 1e6,
    longestFlush: job.sync.lat_ns.max / 1e6,
  };
}
