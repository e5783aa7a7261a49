/**
 * System calls of a process and its threads, counted by strace.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnOwned } from '../src/servers/child-processes.ts';

/** A machine may forbid one process to trace another. */
export class TracingForbidden extends Error {
  override readonly name = 'TracingForbidden';
}

/** Long enough for strace to have got hold of the threads after the first. */
const SETTLE_MILLIS = 200;

/**
 * The number of system calls of the process `pid` and its threads while `work` goes on.
 *
 * @throws TracingForbidden
 */
export async function countSystemCalls(pid: number, work: () => Promise<void>): Promise<number> {
  const args = ['-f', '-c', '-U', 'calls,name', '-p', String(pid)];
  const strace = spawnOwned('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => {
    strace.once('close', () => resolve());
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    strace.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('attached')) resolve();
    });
    void ended.then(() => reject(new TracingForbidden(said.trim())));
  });
  await sleep(SETTLE_MILLIS);
  try {
    await work();
  } finally {
    strace.kill('SIGINT');
    await ended;
  }
  return sumOfCalls(said);
}

/** Of the lines that are a number and the name of a call. */
export function sumOfCalls(summary: string): number {
  const rows = summary.matchAll(/^\s*(?<calls>\d+)\s+(?<name>\w+)$/gm);
  return [...rows].reduce(
    (sum, { groups }) => sum + (groups?.['name'] === 'total' ? 0 : Number(groups?.['calls'])),
    0,
  );
}
