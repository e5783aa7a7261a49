/** What every trial of a server with a bad disk is made of. */
import { type Client, connect, type NbdError } from '@nbd/client';
import type { Machine } from './machine.ts';
import { BLOCK_BYTES, stampedBlocks, stampsIn } from '../stamped-blocks.ts';
import type { SocketServer } from '../servers/socket-server.ts';

export interface DiskTrial {
  readonly name: string;
  readonly about: string;
  /** What the machine must have. */
  readonly needs: readonly Machine[];
  /** Resolves with what was done, in a few words. What goes wrong is told to `bench`. */
  run(bench: TrialBench): Promise<string>;
}

/** A page: what requests are made of here. */
export const PAGE_BYTES = 4096;
const BLOCKS = PAGE_BYTES / BLOCK_BYTES;

/** Gives a trial its servers and clients, and keeps what they did wrong. */
export class TrialBench {
  readonly broken: string[] = [];
  readonly #start: (disk: string) => Promise<SocketServer>;
  readonly #servers: SocketServer[] = [];
  readonly #clients: Client[] = [];

  /** `start` starts the server under trial on a file. */
  constructor(start: (disk: string) => Promise<SocketServer>) {
    this.#start = start;
  }

  /** A server that lasts as long as the trial. */
  async serve(disk: string): Promise<SocketServer> {
    const server = await this.#start(disk);
    this.#servers.push(server);
    return server;
  }

  async connect(server: SocketServer): Promise<Client> {
    const client = await connect(server.uri);
    this.#clients.push(client);
    return client;
  }

  /** Ends a server, and starts it anew on `disk`. */
  async restart(server: SocketServer, disk: string): Promise<Client> {
    await server.kill();
    return this.connect(await this.serve(disk));
  }

  /** Notes a promise that was not kept. */
  expect(kept: boolean, promise: string): void {
    if (!kept) this.broken.push(promise);
  }

  /** Notes an answer that is not what it must be; `'done'`, or the code of the error. */
  expectCode(found: string, expected: string, what: string): void {
    this.expect(found === expected, `${what}: expected ${expected}, found ${found}`);
  }

  /** Ends all that was started. A server that has ended by itself has crashed. */
  async close(): Promise<void> {
    const crashed = this.#servers.filter((server) => server.crashed);
    this.expect(crashed.length === 0, 'the server goes on');
    await Promise.all(this.#clients.map((client) => client.close({ signal: AbortSignal.abort() })));
    await Promise.all(this.#servers.map((server) => server.kill()));
  }
}

/** What a request comes to: `'done'`, or the code of its error. */
export async function outcomeOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'done';
  } catch (error) {
    return (error as NbdError).code;
  }
}

/** The bytes that the write `stamp` puts into `count` pages, of which `page` is the first. */
export function stampedPages(stamp: number, page: number, count = 1): Uint8Array {
  return stampedBlocks(stamp, page * BLOCKS, count * BLOCKS);
}

/** Writes one page; the code of the outcome. */
export function writePage(
  client: Client,
  stamp: number,
  page: number,
  options: { readonly fua?: boolean } = {},
): Promise<string> {
  return outcomeOf(client.write(stampedPages(stamp, page), page * PAGE_BYTES, options));
}

/** Which stamps are in a page, each once; or the code of the error if it cannot be read. */
export async function readPage(client: Client, page: number): Promise<readonly number[] | string> {
  try {
    return stampsOfPage(await client.read(page * PAGE_BYTES, PAGE_BYTES), 0, page);
  } catch (error) {
    return (error as NbdError).code;
  }
}

/** Which stamps are in a page that begins at `at` of `bytes`. */
export function stampsOfPage(bytes: Uint8Array, at: number, page: number): readonly number[] {
  const stamps = new Set<number>();
  for (let block = 0; block < BLOCKS; block++) {
    const found = stampsIn(bytes, at + block * BLOCK_BYTES, page * BLOCKS + block);
    for (const stamp of found) stamps.add(stamp);
  }
  return [...stamps];
}

/** The numbers from `first` on. */
export function pagesFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
