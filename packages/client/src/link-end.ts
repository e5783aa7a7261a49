/** How a link ends: what those are told who waited, and what becomes of the socket. */
import type { Socket } from 'node:net';
import type { ClientEndReason } from '@nbd/session';
import { NbdError, nbdErrorFrom } from './nbd-error.ts';

/** After our last word, how long the server may take to close, milliseconds. */
const LINGER_MILLIS = 1000;

const ORDERLY: ReadonlySet<ClientEndReason> = new Set([
  'aborted',
  'closed',
  'closed-early',
  'disconnected',
]);

/** Whether nobody broke the protocol. */
export function isOrderly(reason: ClientEndReason): boolean {
  return ORDERLY.has(reason);
}

export function endError(
  reason: ClientEndReason,
  text: string,
  socketError: Error | undefined,
): NbdError {
  const said = text === '' ? reason : `${reason}: ${text}`;
  if (!isOrderly(reason)) return new NbdError('EPROTO', `the server broke the protocol, ${said}`);
  if (socketError !== undefined) return nbdErrorFrom(socketError, 'the connection was lost');
  return new NbdError('ECONNRESET', `the connection has ended, ${said}`);
}

/** Lets the server have what is queued; one that does not close is left. */
export function hangUp(socket: Socket): void {
  if (socket.destroyed) return;
  queueMicrotask(() => socket.end());
  const timer = setTimeout(() => socket.destroy(), LINGER_MILLIS);
  timer.unref();
  socket.once('end', () => socket.destroySoon());
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
}
