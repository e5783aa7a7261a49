/**
 * The file of a Unix socket: it replaces a dead one, leaves a live one alone, and is for owner and group.
 */
import { chmodSync, existsSync, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/** What fits into the address of a socket on every system; Node would cut the rest off without a word. */
const PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

/**
 * Makes way for a socket at `path`: a socket file that nobody listens on any more is removed.
 *
 * @throws Error if something is there that is not ours to remove
 */
export async function clearSocketFile(path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) {
    throw new Error(`the path of a socket may be ${PATH_BYTES_MAX} bytes long`);
  }
  if (!existsSync(dirname(path))) throw new Error(`there is no folder ${dirname(path)}`);
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
