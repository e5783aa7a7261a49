/**
 * Within sockets: what Node does not document and we make use of, in one place. Where it is not as we know
 * it, the caller is told, and does without.
 */
import type { Server, Socket } from 'node:net';

export interface SocketHandle {
  readonly readStart: () => number;
  /** Bytes given to the system's socket so far, those of TLS among them. */
  readonly bytesWritten?: number;
  /** Bytes given to the system's socket and not yet taken by it. */
  readonly writeQueueSize?: number;
}

interface WithHandle {
  readonly _handle?: unknown;
}

interface ListeningHandle {
  onconnection: (this: unknown, error: unknown, client: unknown) => void;
}

/**
 * Gives `take` the handle of each client that `server`, which listens, accepts from now on, and the server neither makes a
 * socket of it nor counts it. What goes wrong with accepting stays the server's affair. False: this Node does
 * not allow it, and the server goes on as before.
 */
export function takeHandles(server: Server, take: (handle: SocketHandle) => void): boolean {
  const { _handle: listening } = server as unknown as WithHandle;
  if (!isListening(listening)) return false;
  const { onconnection } = listening;
  listening.onconnection = function (error, client) {
    if (isReading(client)) take(client);
    else onconnection.call(this, error, client);
  };
  return true;
}

function isListening(handle: unknown): handle is ListeningHandle {
  return typeof (handle as ListeningHandle | null | undefined)?.onconnection === 'function';
}

function isReading(handle: unknown): handle is SocketHandle {
  return typeof (handle as SocketHandle | null | undefined)?.readStart === 'function';
}

/** The descriptor that a server listens by, or that a socket has. Undefined where there are none, as on Windows. */
export function descriptorOf(endpoint: Server | Socket): number | undefined {
  const { _handle: handle } = endpoint as unknown as WithHandle;
  const fd = (handle as { readonly fd?: unknown } | null | undefined)?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

/** Bytes given to the system's socket that it has not taken yet. Undefined: this Node does not tell. */
export function untakenBytes(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as WithHandle;
  return isReading(handle) && typeof handle.writeQueueSize === 'number'
    ? handle.writeQueueSize
    : undefined;
}

/** Bytes that the peer's system has taken so far; it grows also while one long write goes out. */
export function takenBytes(socket: Socket): number {
  const { _handle: handle } = socket as unknown as WithHandle;
  const { bytesWritten, writeQueueSize }: Partial<SocketHandle> = isReading(handle) ? handle : {};
  return typeof bytesWritten === 'number' && typeof writeQueueSize === 'number'
    ? bytesWritten - writeQueueSize
    : socket.bytesWritten - socket.writableLength;
}

/**
 * From now on the socket writes what is queued piece by piece. Node would gather it, which under TLS is a copy of it all, in
 * memory made for it, and nothing of it would leave before the last byte is encrypted.
 */
export function writeSingly(socket: Socket): void {
  Object.assign(socket, { _writev: undefined });
}
