/**
 * A bridge as others have one: a page opens a WebSocket to it, and what a client says on a TCP connection
 * is passed on in both directions, byte for byte. It is `ws` and `node:net`, and nothing of ours.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { bearerOf, CloseCode, SUB_PROTOCOL } from '../src/index.ts';

export interface Bridge {
  /** Where pages go. */
  readonly url: string;
  /** Where clients go, once for each page. */
  readonly uri: string;
  /** The bridge's end of the socket of the page that came as number `index`, once it has; paused until a client comes. */
  page(index: number): Promise<WebSocket>;
  close(): Promise<void>;
}

/** Lets in pages that offer `token`. */
export async function bridge(token: string): Promise<Bridge> {
  const pages: WebSocket[] = [];
  const sockets = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => (offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false),
  });
  sockets.on('connection', (page, { headers }) => {
    const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    if (bearerOf(offered ?? []) !== token) {
      page.close(CloseCode.POLICY, 'the token is missing or wrong');
      return;
    }
    page.pause();
    pages.push(page);
  });
  const clients = createServer({ allowHalfOpen: true }, (client) => {
    const page = createWebSocketStream(pages.at(-1) as WebSocket);
    pipeline(client, page, client).catch(() => client.destroy());
  });
  clients.listen(0, '127.0.0.1');
  await Promise.all([once(sockets, 'listening'), once(clients, 'listening')]);
  return {
    url: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`,
    uri: `nbd://127.0.0.1:${(clients.address() as AddressInfo).port}`,
    async page(index) {
      while (pages.length <= index) await once(sockets, 'connection');
      return pages[index] as WebSocket;
    },
    async close() {
      for (const page of pages) page.terminate();
      clients.close();
      sockets.close();
      await Promise.all([once(sockets, 'close'), once(clients, 'close')]);
    },
  };
}
