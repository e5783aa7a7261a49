/** The HTTP server whose WebSockets a bridge takes: the host's, or one of its own. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where a server of the bridge's own listens. */
export interface HttpAddress {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any that is free. */
  readonly port?: number;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpEnd {
  /** Such as "127.0.0.1:43617"; undefined where the server is the host's. */
  readonly authority: string | undefined;
  close(): Promise<void>;
}

export function isHttpServer(
  http: HttpServer | HttpsServer | HttpAddress,
): http is HttpServer | HttpsServer {
  return 'on' in http;
}

/** Takes the upgrades of a server that is the host's, and remains so. */
export function borrowHttp(server: HttpServer | HttpsServer, upgrade: Upgrade): HttpEnd {
  server.on('upgrade', upgrade);
  return {
    authority: undefined,
    async close() {
      server.off('upgrade', upgrade);
    },
  };
}

/** Listens, for WebSockets alone. Rejects with an error of Node's if it cannot. */
export async function openHttp(
  { host = '127.0.0.1', port = 0 }: HttpAddress,
  upgrade: Upgrade,
): Promise<HttpEnd> {
  const server = createServer((_, response) => {
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end();
  });
  server.on('upgrade', upgrade);
  server.listen(port, host);
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  return {
    authority: `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
