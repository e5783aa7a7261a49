/**
 * The machine that figures are of, and the programs on it that had a part in them.
 */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { findProgram, runTool } from '../servers/child-processes.ts';
import { MEBIBYTE } from '../workloads/workload.ts';

/** Where and when the runs were made. */
export interface Machine {
  /** In ISO form. */
  readonly date: string;
  readonly processor: string;
  readonly processors: number;
  readonly memoryMebibytes: number;
  readonly kernel: string;
  readonly node: string;
  /** Averages over 1, 5 and 15 minutes, before the first run. */
  readonly load: readonly number[];
  /** The versions of the programs that are there. */
  readonly programs: Readonly<Record<string, string>>;
}

/** How each program is asked for its version. */
const QUESTIONS: Readonly<Record<string, string>> = {
  nbdkit: '--version',
  'qemu-nbd': '--version',
  'nbd-server': '-V',
  fio: '--version',
  nbdcopy: '--version',
};

const SECONDS_MAX = 5;

/** This machine now. */
export async function describeMachine(): Promise<Machine> {
  const processors = cpus();
  const load = loadavg();
  return {
    date: new Date().toISOString(),
    processor: processors[0]?.model ?? 'unknown',
    processors: processors.length,
    memoryMebibytes: Math.round(totalmem() / MEBIBYTE),
    kernel: release(),
    node: process.version,
    load,
    programs: await versions(),
  };
}

async function versions(): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [program, option] of Object.entries(QUESTIONS)) {
    if (findProgram(program) === undefined) continue;
    try {
      const { stdout } = await runTool(program, [option], SECONDS_MAX);
      const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0];
      if (version !== undefined) found[program] = version;
    } catch {
      // It is here and answers otherwise than we know: its version is not known.
    }
  }
  return found;
}
