/** The machine that figures are of, and the programs on it that had a part in them. */
import { cpus, loadavg, totalmem } from 'node:os';
import { runProgram } from '../run-program.ts';

const PROGRAMS = ['radosgw', 'nbdkit', 's3backer', 'qemu-nbd'];

/** In words, by what they are about. */
export async function describeMachine(): Promise<Readonly<Record<string, string>>> {
  const processors = cpus();
  const described: Record<string, string> = {
    date: new Date().toISOString().slice(0, 16),
    processor: `${processors.length} × ${processors[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  };
  for (const program of PROGRAMS) {
    // One of them tells its version on the standard error.
    const text = await runProgram('sh', ['-c', `${program} --version 2>&1`]).catch(() => '');
    described[program] = /\d+(?:\.\d+)+/.exec(text)?.[0] ?? 'of unknown version';
  }
  return described;
}
