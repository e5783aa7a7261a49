/** A server on this machine that does what a test says, request by request, and keeps what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  /** The path and the query, as sent. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Act = (response: ServerResponse, request: SeenRequest) => void;

export class ScriptedServer implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  #script: Act[] = [];
  #arrivals: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  /** The first requests are for the acts in their order, all later ones for the last of them. */
  static async start(...acts: readonly Act[]): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    server.#script = [...acts];
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Resolves when there have been `count` requests in all. */
  async untilSeen(count: number): Promise<void> {
    while (this.seen.length < count) {
      await new Promise<void>((resolve) => this.#arrivals.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    const { method = '', url = '', headers } = request;
    const seen: SeenRequest = { method, url, headers, body };
    this.seen.push(seen);
    const act = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    for (const arrived of this.#arrivals.splice(0)) arrived();
    act?.(response, seen);
  }
}

/** An answer with a length. */
export function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string | Uint8Array = '',
): Act {
  return (response) => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    response.end(body);
  };
}

/** What a store says when it cannot or will not. */
export function fault(status: number, code: string, inside = ''): Act {
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message>${inside}</Error>`;
  return answer(status, { 'content-type': 'application/xml' }, xml);
}

/** An object. */
export function object(body: string): Act {
  return answer(200, { etag: '"v1"' }, body);
}

/** Takes the request and says nothing, for ever. */
export const silence: Act = () => undefined;

/** Cuts the connection without an answer. */
export const cut: Act = (response) => {
  response.socket?.destroy();
};

/** Begins an answer of two bytes more than `body`, and cuts the connection behind that. */
export function cutBehind(body: string): Act {
  return (response) => {
    response.writeHead(200, { etag: '"v1"', 'content-length': body.length + 2 });
    response.write(body, () => response.socket?.destroy());
  };
}
