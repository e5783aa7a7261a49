/**
 * Lets WebSockets in, up to where the token is looked at. What is turned away here is no page that could
 * be told why, or may not be: it is answered with a status of HTTP.
 *
 *   status  turned away is
 *   400     who does not offer the sub-protocol
 *   403     a page of another origin
 *   404     who dials another path, where nobody else answers those
 *   503     everyone, while there are too many sockets or the bridge closes
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { bearerOf, SUB_PROTOCOL } from '@nbd/websocket';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Visitor } from './admission.ts';
import { isAllowedOrigin } from './origin.ts';

export interface DoorOptions {
  readonly path: string;
  /** Undefined: pages of the host that they dial. */
  readonly origins: readonly string[] | 'any' | undefined;
  /** Of a page's messages. */
  readonly messageBytesMax: number;
  /** How long a page may take to answer a close, and to hang up when both have said theirs, milliseconds. */
  readonly closeTimeout: number;
  /** Open sockets, whether they were let in or not. */
  readonly socketsMax: number;
  /** What another path is: somebody else's, or nothing. */
  readonly otherPaths: 'leave' | 'refuse';
  readonly entered: (page: WebSocket, visitor: Visitor) => void;
  /** `reason` says why. */
  readonly refused: (visitor: Visitor, status: number, reason: string) => void;
}

export class Door {
  readonly #options: DoorOptions;
  readonly #sockets: WebSocketServer;
  #isClosed = false;

  constructor(options: DoorOptions) {
    this.#options = options;
    const settings = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: options.messageBytesMax,
      // The types of `ws` do not know this one.
      closeTimeout: options.closeTimeout,
      handleProtocols: () => SUB_PROTOCOL,
    };
    this.#sockets = new WebSocketServer(settings);
  }

  /** For the event "upgrade" of an HTTP server. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { path, otherPaths, entered, refused } = this.#options;
    const isElsewhere = request.url?.replace(/\?.*$/, '') !== path;
    if (isElsewhere && otherPaths === 'leave') return;
    const offered = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
    const visitor: Visitor = {
      token: bearerOf(offered),
      origin: request.headers.origin,
      address: request.socket.remoteAddress ?? '',
      request,
    };
    const fault = isElsewhere
      ? ([404, `expected the path ${path}`] as const)
      : this.#faultOf(visitor, offered);
    if (fault === undefined) {
      this.#sockets.handleUpgrade(request, socket, head, (page) => entered(page, visitor));
      return;
    }
    const [status, reason] = fault;
    // Whoever is turned away need not close its own half.
    socket.on('error', () => socket.destroy()).once('finish', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    refused(visitor, status, reason);
  };

  close(): void {
    this.#isClosed = true;
    this.#sockets.close();
  }

  #faultOf(
    { origin, request }: Visitor,
    offered: readonly string[],
  ): readonly [status: number, reason: string] | undefined {
    const { origins, socketsMax } = this.#options;
    if (this.#isClosed) return [503, 'the bridge is closing'];
    if (!isAllowedOrigin(origin, request.headers.host, origins)) {
      return [403, `the origin ${origin} may not dial`];
    }
    if (!offered.includes(SUB_PROTOCOL)) {
      return [400, `expected the sub-protocol "${SUB_PROTOCOL}"`];
    }
    if (this.#sockets.clients.size >= socketsMax) return [503, `${socketsMax} sockets are open`];
    return undefined;
  }
}
