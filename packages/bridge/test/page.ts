/** A page, and who it serves: a blob over the sockets of `ws`. */
import { filter, oneExport } from '@nbd/driver';
import { type BlobLike, blobDriver } from '@nbd/driver-blob';
import {
  bearerProtocols,
  serveWebSocket,
  SUB_PROTOCOL,
  WebSocketClosedError,
} from '@nbd/websocket';
import { WebSocket } from 'ws';

export const TOKEN = 'a token';
export const SIZE = 3_000_001;
export const CONTENT: Uint8Array = Uint8Array.from({ length: SIZE }, (_, i) => i ^ (i >>> 8));

export interface PageOptions {
  readonly token?: string | undefined;
  readonly origin?: string;
  readonly blob?: BlobLike;
}

export interface Page {
  readonly socket: WebSocket;
  /** With what code it was closed, and in which words. */
  readonly closed: Promise<string>;
  /** Leaves in good order. */
  leave(): void;
}

/** Dials, and serves whoever is there. */
export function openPage(url: string, options: PageOptions = {}): Page {
  const { token, origin, blob = new Blob([CONTENT.slice()]) } = { token: TOKEN, ...options };
  const protocols = token === undefined ? [SUB_PROTOCOL] : bearerProtocols(token);
  const socket = new WebSocket(url, protocols, origin === undefined ? {} : { origin });
  const closed = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => {
      const meant = new WebSocketClosedError(code, '').code;
      resolve(`${meant} ${reason.toString()}`.trim());
    });
  });
  const served = serveWebSocket(socket, {
    exports: oneExport({ driver: filter(blobDriver({ blob }), { multiConn: undefined }) }),
    context: { peer: url },
  });
  return { socket, closed, leave: () => served.leave() };
}

/** The status of HTTP with which a page is turned away. */
export function statusOf(page: Page): Promise<number | undefined> {
  return new Promise((resolve) => {
    page.socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode);
      page.socket.terminate();
    });
  });
}
