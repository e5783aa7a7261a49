/**
 * The file of a Unix socket: it replaces a dead one, leaves a live one alone, and is for owner and group.
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * Makes way for a socket at `path`: a socket file that nobody listens on any more is removed.
 *
 * @throws Error if something is there that is not ours to remove
 */
export async function clearSocketFile(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} is there already, and it is not a socket`);
  if (await isAlive(path)) throw new Error(`another server is listening on ${path}`);
  unlinkSync(path);
}

export function setSocketMode(path: string, mode: number): void {
  chmodSync(path, mode);
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
