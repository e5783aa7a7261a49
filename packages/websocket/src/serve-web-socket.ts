/** Serves a client at the other end of a WebSocket, and tells it by the code of the close how it ended. */
import {
  BufferPool,
  type EndReason,
  type Observer,
  serveChannel,
  type ServeChannelOptions,
  type ServedSession,
} from '@nbd/session';
import { CloseCode } from './close-code.ts';
import {
  BUFFERED_BYTES_MAX,
  WebSocketChannel,
  type WebSocketChannelOptions,
} from './web-socket-channel.ts';
import type { WebSocketLike } from './web-socket-like.ts';

export interface ServeWebSocketOptions extends ServeChannelOptions, WebSocketChannelOptions {}

/**
 * `serveChannel` over a `WebSocketChannel`, with a close code that says why the session has ended. The socket
 * may still be connecting, and either end may have opened it. Unless `limits` says otherwise, as many bytes of replies
 * may wait for the peer as the socket may have. Whether to come back is the caller's
 * choice, once `done` has resolved.
 *
 * @throws TypeError if there is to be TLS: a WebSocket has its own
 */
export function serveWebSocket(
  socket: WebSocketLike,
  options: ServeWebSocketOptions,
): ServedSession {
  const channel = new WebSocketChannel(socket, options);
  const { observer = {} } = options;
  const told = {
    secured: (peer) => observer.secured?.(peer),
    entered: (facts) => observer.entered?.(facts),
    measure: (facts, errors) => observer.measure?.(facts, errors),
    sourceFailed: (error, exportName) => observer.sourceFailed?.(error, exportName),
    requestFailed: (failure) => observer.requestFailed?.(failure),
    closeFailed: (error) => observer.closeFailed?.(error),
    ended(reason, error) {
      channel.closeStatus = { code: closeCodeOf(reason), reason };
      observer.ended?.(reason, error);
    },
  } satisfies Required<Observer>;
  const { bufferedBytesMax = BUFFERED_BYTES_MAX, limits } = options;
  // What the socket has counts as not taken. Of a pool that others share, a session has a quarter of what is free.
  const allUnsentBytesMax = Math.min(8 * bufferedBytesMax, Number.MAX_SAFE_INTEGER);
  const { pool = new BufferPool({ allUnsentBytesMax }) } = options;
  return serveChannel(channel, {
    ...options,
    limits: { unsentBytesMax: bufferedBytesMax, ...limits },
    pool,
    observer: told,
  });
}

/** What a session that has ended closes with. */
function closeCodeOf(reason: EndReason): number {
  switch (reason) {
    case 'disconnected':
    case 'aborted':
    case 'closed':
      return CloseCode.ORDERLY;
    case 'left':
      return CloseCode.GOING_AWAY;
    case 'refused':
      return CloseCode.NO_EXPORT;
    default:
      return CloseCode.PROTOCOL_ERROR;
  }
}
