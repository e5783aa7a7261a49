/**
 * Processes that this one starts, and that must not outlive it.
 */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Processes to end when this one does; servers that went to the background too. */
const owned = new Set<number>();

/** Ends this process and all it started when it is told to stop. To be called once. */
export function endChildrenWithUs(): void {
  process.once('exit', () => {
    for (const pid of owned) kill(pid, 'SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

/** Counts `pid` among the processes to end, until `disown`. */
export function own(pid: number): void {
  owned.add(pid);
}

/** For a process that has ended: its number may be another's by now. */
export function disown(pid: number): void {
  owned.delete(pid);
}

/** Sends a signal to a process that may have ended already. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

/** `spawn`, with the child owned for as long as it lives. */
export function spawnOwned(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const child = spawn(program, args, options);
  const { pid } = child;
  if (pid !== undefined) {
    own(pid);
    child.once('exit', () => disown(pid));
  }
  return child;
}

export interface ToolRun {
  readonly stdout: string;
  /** From start to end, by the clock on the wall. */
  readonly seconds: number;
}

/**
 * Runs a program to its end.
 *
 * @throws Error if it fails, cannot be started, or takes longer than `secondsMax`
 */
export async function runTool(
  program: string,
  args: readonly string[],
  secondsMax: number,
): Promise<ToolRun> {
  const began = performance.now();
  const child = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), secondsMax * 1000);
  try {
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...end) => resolve(end));
    });
    const seconds = (performance.now() - began) / 1000;
    if (code === 0) return { stdout: output.stdout, seconds };
    const said = (output.stderr || output.stdout).trim().slice(-400);
    throw new Error(`${program} ${args.join(' ')}: ended with ${code ?? signal}: ${said}`);
  } finally {
    clearTimeout(timer);
  }
}

/** The full path of a program in the folders of `searchPath`; undefined if there is none. */
export function findProgram(
  name: string,
  searchPath: string = process.env['PATH'] ?? '',
): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
