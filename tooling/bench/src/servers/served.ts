/**
 * One server, from its start with data in place to its end.
 */
import type { ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAuthority } from './certificates.ts';
import { disown, kill, own, spawnOwned } from './child-processes.ts';
import { Connection, type Target } from '../client/connection.ts';
import { makeCopy } from './data-files.ts';
import { fillExport } from '../client/fill-export.ts';
import { type Data, type ServerCommand, uriOf } from './server-command.ts';

/** A server that clients can connect to. */
export interface Served extends Target {
  readonly name: string;
  /** For other programs. */
  readonly uri: string;
  /** The root of its tree of processes. */
  readonly pid: number;
  readonly data: Data;
  /** The data file; it is there only if `data` is "file". */
  readonly file: string;
  /** Ends it, by force if it does not in a second. */
  stop(): Promise<void>;
}

const READY_MILLIS_MAX = 10_000;
const POLL_MILLIS = 50;
const STOP_MILLIS_MAX = 1000;

/**
 * Starts a server, waits until a client can enter its export, and fills that with the bytes of `seed`
 * if it is memory. A file is a copy of it.
 *
 * @throws Error with what the server wrote, if it does not come up
 */
export async function startServer(
  command: ServerCommand,
  seed: string,
  sizeBytes: number,
): Promise<Served> {
  const { name, certificates, config, data, exportName, file, pidFile, port, socket } = command;
  await rm(socket, { force: true });
  if (pidFile !== undefined) await rm(pidFile, { force: true });
  if (data === 'file') await makeCopy(seed, file, sizeBytes);
  if (config !== undefined) await writeFile(config.path, config.text);
  const address = command.transport === 'unix' ? { path: socket } : { host: '127.0.0.1', port };
  const authority = certificates === undefined ? undefined : await readAuthority(certificates);
  const target = { address, exportName, authority };
  const child = spawnOwned('sh', ['-c', command.line], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    await untilReady(child, target, pidFile === undefined);
    const server = pidFile === undefined ? foreground(child) : await background(pidFile);
    if (data === 'memory') await fillExport(target, seed);
    const { pid } = server;
    return { ...target, name, uri: uriOf(command), pid, data, file, stop: () => stop(server) };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${name} did not start: ${command.line}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise<unknown>((resolve) => {
    probe.close(resolve);
  });
  if (address === null || typeof address === 'string')
    throw new Error('expected a port, found none');
  return address.port;
}

/** `stays`: whether the child is the server; if not it ends, with success, before that is ready. */
async function untilReady(child: ChildProcess, target: Target, stays: boolean): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const deadline = performance.now() + READY_MILLIS_MAX;
  for (;;) {
    try {
      await (await Connection.enter(target)).leave();
      return;
    } catch (error) {
      const end = child.exitCode ?? child.signalCode ?? undefined;
      const hasFailed = end !== undefined && (stays || end !== 0);
      if (hasFailed) throw new Error(`ended with ${end}: ${said.trim()}`, { cause: error });
      if (performance.now() > deadline) {
        throw new Error(`${(error as Error).message} ${said.trim()}`, { cause: error });
      }
      await sleep(POLL_MILLIS);
    }
  }
}

/** The process of a server. */
interface ServerProcess {
  readonly pid: number;
  readonly isRunning: () => boolean;
}

function foreground(child: ChildProcess): ServerProcess {
  if (child.pid === undefined) throw new Error('expected a process, found none');
  return {
    pid: child.pid,
    isRunning: () => child.exitCode === null && child.signalCode === null,
  };
}

async function background(pidFile: string): Promise<ServerProcess> {
  const pid = Number(await readFile(pidFile, 'latin1'));
  // 0 and 1 would mean whole groups of processes to who sends a signal.
  if (!Number.isSafeInteger(pid) || pid < 2) {
    throw new Error(`expected the number of a process in ${pidFile}`);
  }
  own(pid);
  return { pid, isRunning: () => isAlive(pid) };
}

async function stop({ pid, isRunning }: ServerProcess): Promise<void> {
  if (isRunning()) kill(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_MILLIS_MAX;
  while (isRunning() && performance.now() < deadline) await sleep(25);
  if (isRunning()) kill(pid, 'SIGKILL');
  disown(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
