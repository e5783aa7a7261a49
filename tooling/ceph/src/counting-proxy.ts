/** A proxy in front of a gateway that counts what is asked of it, whoever asks. Signatures stay valid: Host is kept. */
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

export interface CountedRequest {
  readonly method: string;
  /** The path and the query. */
  readonly url: string;
}

export interface CountingProxy {
  readonly endpoint: string;
  /** All requests since it was started. */
  readonly requests: readonly CountedRequest[];
  close(): Promise<void>;
}

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const requests: CountedRequest[] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '' });
    pass(target, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** Requests for the bytes of chunks: what a blank volume must never cause. */
export function chunkRequests({ requests }: CountingProxy): readonly CountedRequest[] {
  return requests.filter(({ url }) => /^[^?]*\/c\//.test(url));
}

async function pass(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, headers, url } = request;
  const { hostname, port } = new URL(target);
  const outgoing = ask({ hostname, port, path: url, method, headers });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  await Promise.all([pipeline(request, outgoing), answered]);
  const [answer] = await answered;
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  await pipeline(answer, response);
}
