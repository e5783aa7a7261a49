import { connect, type NetConnectOpts } from 'node:net';

/** Whether somebody takes connections at `address`, in the words of `node:net`. The one that finds out is closed again. */
export function isListening(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
