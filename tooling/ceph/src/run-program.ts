/** Programs of Ceph and of the system, run to their end. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** None of what is run here takes that long on a sound machine, however busy. */
const MILLIS_MAX = 120_000;

export interface RunLimits {
  /** Milliseconds, after which it is killed: two minutes. */
  readonly millisMax?: number;
  /** Kills it. */
  readonly signal?: AbortSignal | undefined;
}

/** As Node has it: `killed` and without a code, it was out of time. */
interface Failure extends Error {
  readonly killed?: boolean;
  readonly code?: number | string | null;
}

/**
 * Answers what the program printed. Rejects with what it complained of. It has no terminal: who interrupts us there does not
 * kill what we run by halves, such as a daemon on its way into the background.
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { millisMax = MILLIS_MAX, signal }: RunLimits = {},
): Promise<string> {
  const running = execute('setsid', [name, ...args], {
    timeout: millisMax,
    killSignal: 'SIGKILL',
    maxBuffer: 16 * 2 ** 20,
    env: { ...process.env, ...environment, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    ...(signal !== undefined && { signal }),
  });
  const { stdout } = await running.catch((error: Failure) => {
    const isOutOfTime = error.killed === true && error.code === null;
    if (!isOutOfTime) throw error;
    throw new Error(`expected in ${millisMax / 1000} s: the end of ${name} ${args.join(' ')}`);
  });
  return stdout;
}
