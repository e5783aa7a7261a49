/** A connection that never becomes a client: it says nothing, a part of a handshake, or nonsense, and resets. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** The flags of a client, and the head of an option of 4 GiB: the beginning of a handshake. */
const BEGINNING = Buffer.from('0000000349484156454f505400000007ffffffff', 'hex');
const NONSENSE_BYTES_MAX = 2000;

export async function visitRudely(port: number, random: () => number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  // The server may be the first to end it.
  socket.on('error', () => undefined);
  await once(socket, 'data');
  const kind = random();
  if (kind < 0.4) socket.write(BEGINNING.subarray(0, Math.floor(random() * BEGINNING.length)));
  else if (kind < 0.8) {
    const length = Math.floor(random() * NONSENSE_BYTES_MAX);
    socket.write(Uint8Array.from({ length }, () => Math.floor(random() * 256)));
  }
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.resetAndDestroy();
  });
}
