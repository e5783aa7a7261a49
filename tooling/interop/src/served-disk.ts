/**
 * The demo server as a child process, so that clients reach it as they would in life: by a port or a
 * socket file, with signals, and not through the loop of the test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DemoServer,
  type End,
  residentOf,
  startDemoServer,
} from '@nbd-tooling/server-process';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

/** Longer than a server may take, so that it is the one to say what is wrong. */
const HOOK_MILLIS = 40_000;

/** `pnpm test:ways` runs these tests for two threads too. What a test says itself comes after it, and wins. */
const WAY_ARGS = process.env['NBD_WAY'] === 'workers' ? ['--workers', '2'] : [];

export type Transport = 'tcp' | 'unix';
export const TRANSPORTS: readonly Transport[] = ['tcp', 'unix'];

export interface ServeOptions {
  /** Specifications of disks by name, such as `memory:64M`. The first is the default export. */
  readonly exports: Readonly<Record<string, string>>;
  /** Further arguments of the server. */
  readonly args?: readonly string[];
  /** A command, with its arguments, to run the server under. */
  readonly under?: readonly string[];
}

/** A server that runs until the test has finished. It listens on TCP and on a Unix socket. */
export class ServedDisk {
  readonly #server: DemoServer;
  readonly #folder: string;
  readonly #socket: string;

  constructor(server: DemoServer, folder: string, socket: string) {
    this.#server = server;
    this.#folder = folder;
    this.#socket = socket;
  }

  /** Resolves when the server has ended: to its exit code, or to the signal that ended it. */
  get ended(): Promise<End> {
    return this.#server.process.ended;
  }

  /** The NBD URI of an export; of the default one without a name. */
  uri(transport: Transport, exportName = ''): string {
    const path = encodeURIComponent(exportName);
    return transport === 'tcp'
      ? `nbd://127.0.0.1:${this.#server.port}/${path}`
      : `nbd+unix:///${path}?socket=${this.#socket}`;
  }

  /** Where it listens, in the words of `node:net`. */
  address(transport: Transport): { host: string; port: number } | { path: string } {
    return transport === 'tcp'
      ? { host: '127.0.0.1', port: this.#server.port }
      : { path: this.#socket };
  }

  /** What it has written to its log so far. */
  get log(): string {
    return this.#server.process.log;
  }

  kill(signal: NodeJS.Signals): void {
    this.#server.process.signal(signal);
  }

  /** Ends it at once, if it has not ended, and removes its folder. */
  async remove(): Promise<void> {
    await this.#server.process.end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Memory of the process that is in RAM, bytes. */
  async residentBytes(): Promise<number> {
    return (await residentOf(this.#server.process.pid)).now;
  }
}

/**
 * Starts the demo server for the length of one test, which it must not outlive.
 *
 * @throws Error with what the server wrote, if it does not come up.
 */
export async function serveDisk(options: ServeOptions): Promise<ServedDisk> {
  const served = await start(options);
  onTestFinished(() => served.remove());
  return served;
}

/** Starts one demo server for all tests of a file or a `describe`, where called; answers it in tests. */
export function shareDisk(options: ServeOptions): () => ServedDisk {
  let served: ServedDisk | undefined;
  beforeAll(async () => {
    served = await start(options);
  }, HOOK_MILLIS);
  afterAll(() => served?.remove());
  return () => served as ServedDisk;
}

async function start({ exports, args = [], under = [] }: ServeOptions): Promise<ServedDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-interop-'));
  const socket = join(folder, 'nbd.sock');
  const disks = Object.entries(exports).map(([name, spec]) => `--export=${name}=${spec}`);
  try {
    const server = await startDemoServer({ args: [...disks, ...WAY_ARGS, ...args], socket, under });
    return new ServedDisk(server, folder, socket);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
