/** Sockets to a server, before any word is said. */
import { connect, type Socket } from 'node:net';
import { Intake } from '@nbd/session';
import { NbdError, nbdErrorFrom } from './nbd-error.ts';
import type { Address } from './nbd-uri.ts';

/** What all connections read into, as much as one system call may bring: what is in it is used up before the next read. */
const SHARED_BYTES = 256 * 1024;
let shared: Uint8Array | undefined;

/** Between probes whether a silent peer is still there, milliseconds. */
const KEEP_ALIVE_MILLIS = 60_000;

export interface Dialled {
  readonly socket: Socket;
  /** Gets what the socket reads, which emits no `data`. */
  readonly intake: Intake;
}

/**
 * Connects. The socket is paused: resume it when the intake has a taker. Rejects with the reason of the signal when that is aborted before.
 *
 * @throws NbdError with a code of Node: ECONNREFUSED, ENOENT, ENOTFOUND, …; EAFNOSUPPORT for vsock
 */
export async function dial(address: Address, signal: AbortSignal): Promise<Dialled> {
  signal.throwIfAborted();
  if (address.kind === 'vsock') {
    throw new NbdError('EAFNOSUPPORT', 'Node has no sockets of the family vsock: use TCP or Unix');
  }
  shared ??= new Uint8Array(SHARED_BYTES);
  const intake = new Intake(shared);
  const socket: Socket = connect({
    ...(address.kind === 'tcp'
      ? { host: address.host, port: address.port }
      : { path: address.path }),
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MILLIS,
    onread: {
      buffer: () => intake.next(),
      callback: (bytes) => {
        intake.take(bytes);
        return !socket.isPaused();
      },
    },
  });
  socket.pause();
  const abort = (): void => {
    socket.destroy(signal.reason as Error);
  };
  signal.addEventListener('abort', abort);
  try {
    await untilConnected(socket);
    return { socket, intake };
  } catch (error) {
    signal.throwIfAborted();
    throw nbdErrorFrom(error, `cannot connect to ${spellAddress(address)}`);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** For people: "127.0.0.1:10809", "/run/nbd.sock", "@abstract". */
function spellAddress(address: Address): string {
  switch (address.kind) {
    case 'tcp':
      return `${address.host}:${address.port}`;
    case 'unix':
      return address.path.replace('\0', '@');
    case 'vsock':
      return `vsock ${address.cid}:${address.port}`;
  }
}

async function untilConnected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    // It stays: a socket that fails after all must not bring the process down.
    socket.on('error', reject);
  });
}
