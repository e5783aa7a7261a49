/** The server's end of a connection, before anything is made of it. */
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { acceptWithSharedReads } from '../src/shared-reads.ts';

/** The next client that `listener`, whose sockets come paused, accepts: a paused socket that reads as it says. */
export async function acceptedSocket(listener: Server, reads: 'shared' | 'own'): Promise<Socket> {
  if (reads === 'own') {
    const [socket] = (await once(listener, 'connection')) as [Socket];
    return socket;
  }
  return new Promise((resolve, reject) => {
    const isPossible = acceptWithSharedReads(listener, new Uint8Array(65_536), (socket) =>
      resolve(socket.pause()),
    );
    if (!isPossible) reject(new Error('this Node does not allow shared reads'));
  });
}
