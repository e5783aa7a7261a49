/**
 * The handle of a socket: what Node does not document and we make use of, in one place. Whatever is not
 * as we know it is answered with `undefined`, and the caller does without.
 */
import type { Socket } from 'node:net';

export interface SocketHandle {
  readonly readStart: () => number;
  /** Bytes given to the system's socket so far, those of TLS among them. */
  readonly bytesWritten?: number;
  /** Bytes given to the system's socket and not yet taken by it. */
  readonly writeQueueSize?: number;
}

interface WithHandle {
  _handle: SocketHandle | null | undefined;
}

/** The handle, if it is one that reads. */
export function handleOf(socket: Socket): SocketHandle | undefined {
  const { _handle: handle } = socket as unknown as WithHandle;
  return typeof handle?.readStart === 'function' ? handle : undefined;
}

/** Leaves the socket without its handle, which is another's now. */
export function letGoOfHandle(socket: Socket): void {
  (socket as unknown as WithHandle)._handle = null;
}

/** Bytes that the peer's system has taken so far; it grows also while one long write goes out. */
export function takenBytes(socket: Socket): number {
  const { bytesWritten, writeQueueSize } = handleOf(socket) ?? {};
  return typeof bytesWritten === 'number' && typeof writeQueueSize === 'number'
    ? bytesWritten - writeQueueSize
    : socket.bytesWritten - socket.writableLength;
}
