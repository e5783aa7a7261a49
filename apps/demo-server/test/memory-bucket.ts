/**
 * A server on this machine that is a bucket of S3: a store in memory with true conditions, and what it takes of the
 * protocol to be asked for it.
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { PutCondition, PutOptions } from '@nbd/driver-object-store';
import { type MemoryStore, memoryStore } from '@nbd/driver-object-store/testing';
import { onTestFinished } from 'vitest';

export const BUCKET = 'bucket';

const CRC32 = 'x-amz-meta-crc32';

/** Requests that have no answer for now. */
export interface Held {
  /** Settled when the first one has come. */
  readonly asked: Promise<unknown>;
  /** Has them answered, and those to come. */
  readonly release: () => void;
}

interface Refusal {
  readonly method: string;
  readonly status: number;
  readonly code: string;
}

export class MemoryBucket {
  /** What is in it, and what it was asked. */
  readonly store: MemoryStore = memoryStore();
  readonly #port: number;
  #refusal: Refusal | undefined;
  /** Called with the key of each request; whose answer waits for what it answers. */
  readonly #gates = new Set<(key: string) => Promise<unknown> | undefined>();

  private constructor(port: number) {
    this.#port = port;
  }

  /** Starts it; the end of the test ends it. */
  static async open(): Promise<MemoryBucket> {
    const server = createServer((request, response) => {
      void bucket.#serve(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const bucket = new MemoryBucket((server.address() as AddressInfo).port);
    return bucket;
  }

  /** What a program is told to find it. */
  get env(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${this.#port}`,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'here',
    };
  }

  /** The next request by this method is answered so, and has no effect. */
  refuseNext(refusal: Refusal): void {
    this.#refusal = refusal;
  }

  /** Holds all requests for keys that begin so. */
  hold(prefix: string): Held {
    const events = new EventEmitter();
    const asked = once(events, 'asked');
    const released = once(events, 'released');
    this.#gates.add((key) => {
      if (!key.startsWith(prefix)) return undefined;
      events.emit('asked');
      return released;
    });
    return { asked, release: () => void events.emit('released') };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://bucket');
    const key = decodeURIComponent(pathname.slice(`/${BUCKET}/`.length));
    for (const gate of this.#gates) await gate(key);
    if (this.#refusal?.method === method) {
      const { status, code } = this.#refusal;
      this.#refusal = undefined;
      answer(response, status, {}, `<Error><Code>${code}</Code></Error>`);
    } else if (method === 'PUT') await this.#put(key, request, body, response);
    else if (method === 'DELETE') await this.#delete([key], response, 204, '');
    else if (method === 'POST') {
      const keys = body.toString().matchAll(/<Key>(.*?)<\/Key>/g);
      const deleted = Array.from(keys, ([, each = '']) => each);
      await this.#delete(deleted, response, 200, '<DeleteResult></DeleteResult>');
    } else if (searchParams.has('list-type')) await this.#list(searchParams, response);
    else await this.#get(key, request, response);
  }

  async #get(key: string, { headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = await this.store.get(key);
    if (found === undefined) {
      answer(response, 404, {}, '<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    const { bytes, etag, crc32 } = found;
    const head = {
      etag: `"${etag}"`,
      ...(crc32 !== undefined && { [CRC32]: crc32.toString(16).padStart(8, '0') }),
    };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (first === undefined) answer(response, 200, head, bytes);
    else {
      const range = { 'content-range': `bytes ${first}-${last}/${bytes.length}` };
      const part = bytes.subarray(Number(first), Number(last) + 1);
      answer(response, 206, { ...head, ...range }, part);
    }
  }

  async #put(
    key: string,
    { headers }: IncomingMessage,
    body: Uint8Array,
    response: ServerResponse,
  ): Promise<void> {
    const crc32 = headers[CRC32];
    const condition = conditionIn(headers);
    const options: PutOptions = {
      ...(typeof crc32 === 'string' && { crc32: Number.parseInt(crc32, 16) }),
      ...(condition !== undefined && { condition }),
    };
    const put = await this.store.put(key, [body], options);
    if (put === undefined)
      answer(response, 412, {}, '<Error><Code>PreconditionFailed</Code></Error>');
    else answer(response, 200, { etag: `"${put.etag}"` }, '');
  }

  async #delete(
    keys: readonly string[],
    response: ServerResponse,
    status: number,
    body: string,
  ): Promise<void> {
    await this.store.deleteMany(keys);
    answer(response, status, {}, body);
  }

  async #list(asked: URLSearchParams, response: ServerResponse): Promise<void> {
    const after = asked.get('start-after');
    const { objects, isTruncated } = await this.store.list(asked.get('prefix') ?? '', {
      max: Number(asked.get('max-keys')),
      ...(after !== null && { after }),
    });
    const contents = objects.map(
      ({ key, size }) =>
        `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${size}</Size></Contents>`,
    );
    const head = `<EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>`;
    const xml = `<ListBucketResult>${head}${contents.join('')}</ListBucketResult>`;
    answer(response, 200, {}, xml);
  }
}

function conditionIn(headers: IncomingMessage['headers']): PutCondition | undefined {
  if (headers['if-none-match'] !== undefined) return { absent: true };
  const etag = headers['if-match']?.replaceAll('"', '');
  return etag === undefined ? undefined : { etag };
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
