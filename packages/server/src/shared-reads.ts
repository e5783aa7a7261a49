/**
 * Sockets that read into one buffer of the server, instead of one that Node allocates for each read.
 * That halves the cost of a request, and an idle connection owns no memory.
 *
 * It works because Node reads into the buffer and calls back at once, and because the session borrows
 * what it is given only until the callback returns. `onread` is documented for sockets that one
 * creates; the handle of an accepted socket is not, so it is looked at with care, and where
 * it is not what we know, the accepted socket is used as it is.
 */
import { Socket } from 'node:net';
import { handleOf, letGoOfHandle } from './socket-handle.ts';

/** The size of the shared buffer, bytes: as much as one system call may bring. */
export const READ_BUFFER_BYTES: number = 256 * 1024;

/**
 * A socket that hands what it reads to `received`, as views of `buffer`; false: stop reading until
 * `resume`. Undefined: this Node does not allow it.
 *
 * `accepted` must have come paused. It is left empty, and ends when the new socket does, so that its
 * server counts right.
 */
export function withSharedReads(
  accepted: Socket,
  buffer: Uint8Array,
  received: (bytes: Uint8Array) => boolean,
): Socket | undefined {
  const handle = handleOf(accepted);
  if (handle === undefined) return undefined;
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer,
      callback: (bytes: number) => received(buffer.subarray(0, bytes)),
    },
  };
  const socket = new Socket(options);
  letGoOfHandle(accepted);
  socket.once('close', () => accepted.destroy());
  return socket;
}
