/**
 * The file of a Unix socket: it replaces a dead one, leaves a live one alone, and is for owner and group.
 */
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';

/** What fits into the address of a socket on every system; Node would cut the rest off without a word. */
const PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

export interface SocketFileOptions {
  /** Of the file. */
  readonly mode: number;
  /** Connections that the kernel keeps until they are accepted; absent: as many as Node wants. */
  readonly backlog?: number;
}

/**
 * Makes `server`, of `node:net` and not listening yet, listen on a Unix socket at `path`. The socket file of a server that
 * is dead is removed; anything else that is there is left alone. Node removes the file when the server is closed.
 *
 * Rejects with a RangeError for a path that is too long, with an Error of the code EADDRINUSE if something is there that is
 * not ours to remove, and with an Error of Node's if it cannot listen.
 */
export async function listenOnSocketFile(
  server: Server,
  path: string,
  { mode, ...options }: SocketFileOptions,
): Promise<void> {
  await clear(path);
  server.listen({ path, ...options });
  await once(server, 'listening');
  chmodSync(path, mode);
}

async function clear(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > PATH_BYTES_MAX) {
    throw new RangeError(
      `the path of a socket: expected at most ${PATH_BYTES_MAX} bytes, found ${bytes}`,
    );
  }
  if (!existsSync(dirname(path))) throw new Error(`there is no folder ${dirname(path)}`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw inUse(`${path} is there already, and it is not a socket`);
  if (await isAlive(path)) throw inUse(`another server is listening on ${path}`);
  unlinkSync(path);
}

function inUse(message: string): Error {
  return Object.assign(new Error(message), { code: 'EADDRINUSE' });
}

async function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  });
}
