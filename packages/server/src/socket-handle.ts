/**
 * The handle of a socket: what Node does not document and we make use of, in one place. Whatever is not
 * as we know it is answered with `undefined`, and the caller does without.
 */
import type { Socket } from 'node:net';

export interface SocketHandle {
  readonly readStart: () => number;
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

/** What the peer has not taken yet, in bytes; it falls also while one long write goes out. */
export function untakenBytes(socket: Socket): number {
  const queued = handleOf(socket)?.writeQueueSize;
  return typeof queued === 'number' ? queued : socket.writableLength;
}
