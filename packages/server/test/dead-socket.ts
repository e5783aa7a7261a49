import { once } from 'node:events';
import { linkSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';

/** Leaves the file of a socket at `path` that nobody listens on, as a server that was killed does. */
export async function leaveDeadSocket(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  // A server that closes removes its file, but not one by another name.
  linkSync(path, `${path}.kept`);
  server.close();
  await once(server, 'close');
  renameSync(`${path}.kept`, path);
}
