/** Programs of Ceph and of the system, run to their end. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** None of what is run here takes that long on a sound machine, however busy. */
const MILLIS_MAX = 120_000;

/** Answers what the program printed. Rejects with what it complained of. */
export async function runProgram(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  millisMax: number = MILLIS_MAX,
): Promise<string> {
  const { stdout } = await execute(name, args, {
    timeout: millisMax,
    maxBuffer: 16 * 2 ** 20,
    env: { ...process.env, ...environment, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
  return stdout;
}
