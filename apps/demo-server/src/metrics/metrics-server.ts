/**
 * A small HTTP server for operators and their machines: a few pages, to be read only.
 *
 * It is for a trusted network, or this machine alone, and yet takes nobody's word: no method but GET and HEAD, no body,
 * few connections, short deadlines; and where only this machine can reach it, only by a name of this machine, so that no
 * page of the web can have a browser here read it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopback, type MetricsAddress } from './metrics-address.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What there is, by path. */
export type Pages = ReadonlyMap<string, () => Answer | Promise<Answer>>;

/** Connections at a time. */
const CONNECTIONS_MAX = 32;
/** For a request, for an answer to it, and for the client to take it. */
const PATIENCE_MILLIS = 5000;
const HEADER_BYTES_MAX = 8192;

const PLAIN = 'text/plain; charset=utf-8';

const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

export class MetricsServer {
  /** With the real port. */
  readonly address: MetricsAddress;
  readonly #server: Server;

  private constructor(address: MetricsAddress, server: Server) {
    this.address = address;
    this.#server = server;
  }

  /** Listens. Rejects with the error of the system if it cannot. `patience` is in milliseconds. */
  static async open(
    { host, port }: MetricsAddress,
    pages: Pages,
    patience: number = PATIENCE_MILLIS,
  ): Promise<MetricsServer> {
    const options = {
      requestTimeout: patience,
      headersTimeout: patience,
      keepAliveTimeout: patience,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: HEADER_BYTES_MAX,
    };
    const desk = new Desk(pages, isLoopback(host), patience);
    const server = createServer(options, (request, response) => {
      void desk.answer(request, response);
    });
    server.maxConnections = CONNECTIONS_MAX;
    await new Promise<void>((resolve, reject) => {
      // After it listens: a connection that cannot be accepted, which is no reason to end.
      server.on('error', reject);
      server.listen({ host, port }, resolve);
    });
    return new MetricsServer({ host, port: (server.address() as AddressInfo).port }, server);
  }

  /** Listens no more, and leaves whoever is there. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** Answers requests. */
class Desk {
  readonly #pages: Pages;
  /** Only this machine can reach it. */
  readonly #isHere: boolean;
  /** Milliseconds. */
  readonly #patience: number;
  /** Pages that are being made, by path: all who ask for one in the meantime get the same. */
  readonly #inTheMaking = new Map<string, Promise<Answer>>();

  constructor(pages: Pages, isHere: boolean, patience: number) {
    this.#pages = pages;
    this.#isHere = isHere;
    this.#patience = patience;
  }

  /** Who does not take the answer in time is cut off. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, contentType, body } = await this.#answerTo(request);
    const deadline = setTimeout(() => request.socket.destroy(), this.#patience);
    response.once('close', () => clearTimeout(deadline));
    response.writeHead(status, {
      ...HEADERS,
      ...(status === 405 && { Allow: 'GET, HEAD' }),
      // What is in the way is not read.
      ...(status >= 400 && status < 500 && { Connection: 'close' }),
      'Content-Type': contentType,
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #answerTo({ method, url = '', headers }: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET and HEAD');
    if ((headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined) {
      return plain(400, 'no body');
    }
    if (this.#isHere && !namesThisMachine(headers.host)) return plain(421, 'not by that name');
    const path = url.replace(/\?.*$/s, '');
    const page = this.#pages.get(path);
    return page === undefined ? plain(404, 'not found') : this.#made(path, page);
  }

  async #made(path: string, page: () => Answer | Promise<Answer>): Promise<Answer> {
    const making = this.#inTheMaking.get(path) ?? inTime(page, this.#patience);
    this.#inTheMaking.set(path, making);
    try {
      return await making;
    } catch {
      return plain(503, 'not available now');
    } finally {
      this.#inTheMaking.delete(path);
    }
  }
}

/** Rejects when it takes too long: a thread may be stuck. */
async function inTime(page: () => Answer | Promise<Answer>, millis: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), millis);
  });
  try {
    return await Promise.race([page(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function namesThisMachine(host = ''): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isLoopback(name.toLowerCase());
}

export function plain(status: number, text: string): Answer {
  return { status, contentType: PLAIN, body: `${text}\n` };
}
