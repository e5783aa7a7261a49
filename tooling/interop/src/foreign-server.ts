/** Servers of other people as child processes, for our client to talk to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';
import { locate, type Tool } from './tools.ts';

const READY_MILLIS = 20_000;

export interface ForeignServer {
  /** The file of the Unix socket that it listens on. */
  readonly socket: string;
  /** The NBD URI of an export; of the default one without a name. */
  uri(exportName?: string): string;
  /** Ends it; resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server on a Unix socket for the length of one test. `args` are made from the path of the
 * socket, which names where it must listen.
 *
 * @throws Error with what the server wrote, if it does not come up.
 */
export async function foreignServer(
  tool: Tool,
  args: (socket: string) => readonly string[],
): Promise<ForeignServer> {
  const socket = join(await scratchFolder(), 'nbd.sock');
  const child = spawn(locate(tool), args(socket), { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  }
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      log += error.message;
      resolve();
    });
    child.on('close', () => resolve());
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  if (!(await isReady(child, socket))) throw new Error(`${tool} does not come up:\n${log}`);
  return {
    socket,
    uri: (exportName = '') => `nbd+unix:///${encodeURIComponent(exportName)}?socket=${socket}`,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await ended;
    },
  };
}

/** nbdkit with a memory disk, or what else `plugin` says. */
export function nbdkit(
  plugin: readonly string[],
  options: readonly string[] = [],
): Promise<ForeignServer> {
  return foreignServer('nbdkit', (socket) => ['-f', '-U', socket, ...options, ...plugin]);
}

/** qemu-nbd with an image, for several connections that may come and go. */
export function qemuNbd(image: string, options: readonly string[] = []): Promise<ForeignServer> {
  return foreignServer('qemu-nbd', (socket) => ['-t', '-e', '8', '-k', socket, ...options, image]);
}

async function isReady(child: ChildProcess, socket: string): Promise<boolean> {
  const deadline = Date.now() + READY_MILLIS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    if (await accepts(socket)) return true;
    await sleep(10);
  }
  return false;
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
