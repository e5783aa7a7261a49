/** Servers of two workers that last as long as a test. */
import { pathToFileURL } from 'node:url';
import { sharedMemory } from '@nbd/driver-memory';
import { inject, onTestFinished } from 'vitest';
import type { ServeInWorkersOptions, WorkerServer } from '../../src/index.ts';
import { read } from '../client-bytes.ts';
import { enter, type SocketClient } from '../socket-client.ts';
import { State, STATE_BYTES, type TestData } from './exports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the server and of the modules beside this one, bundled from their sources. */
    readonly threads: string;
  }
}

export const DISK_BYTES: number = 2 ** 20;

const BUNDLE = pathToFileURL(`${inject('threads')}/`);

const { serveInWorkers }: typeof import('../../src/index.ts') = await import(
  new URL('index.mjs', BUNDLE).href
);

/** Lets a thread import TypeScript; `--import tsx` does so in main threads only. */
const REGISTER = `data:text/javascript,import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();`;

const FROM_SOURCE: readonly string[] = ['--conditions=@nbd/source', '--import', REGISTER];

export interface ServingWorkers {
  readonly server: WorkerServer;
  readonly state: Int32Array;
}

/** What the exports of `exports.ts` are given. */
export function testData(fault?: TestData['fault']): TestData {
  return {
    memory: sharedMemory({ size: DISK_BYTES }),
    state: new SharedArrayBuffer(STATE_BYTES),
    ...(fault !== undefined && { fault }),
  };
}

/** Starts two workers with the exports of `exports.ts`. */
export async function startWorkers(
  options: Partial<ServeInWorkersOptions> = {},
): Promise<WorkerServer> {
  const { module = new URL('exports.ts', import.meta.url), ...others } = options;
  const bundled = inBundle(module);
  const server = await serveInWorkers({
    listen: 'nbd://127.0.0.1:0',
    module: bundled ?? module,
    data: testData(),
    workers: 2,
    ...(bundled === undefined && { execArgv: FROM_SOURCE }),
    ...others,
  });
  onTestFinished(async () => {
    await server.close({ timeout: 0 });
  });
  return server;
}

/** The same, with a view of what their disks do. */
export async function servingWorkers(
  options: Partial<ServeInWorkersOptions> = {},
  fault?: TestData['fault'],
): Promise<ServingWorkers> {
  const data = testData(fault);
  return {
    server: await startWorkers({ data, ...options }),
    state: new Int32Array(data.state),
  };
}

/** Where the bundle has a module of this folder. */
function inBundle(module: string | URL): URL | undefined {
  const name = /\/test\/workers\/([\w-]+)\.ts$/.exec(String(module))?.[1];
  return name === undefined ? undefined : new URL(`${name}.mjs`, BUNDLE);
}

/** The number of the worker that serves a client of "disk". */
export async function workerOf(client: SocketClient): Promise<number | undefined> {
  client.says(read(DISK_BYTES, 1));
  return (await client.hearsReply(1)).data[0];
}

/** A client of "disk" for each of the two workers. Others come and go until there are. */
export async function oneOfEach(
  server: WorkerServer,
): Promise<readonly [SocketClient, SocketClient]> {
  const found: (SocketClient | undefined)[] = [undefined, undefined];
  for (;;) {
    const client = await enter(server, 'disk');
    const worker = (await workerOf(client)) ?? 0;
    if (found[worker] === undefined) found[worker] = client;
    else client.leaves();
    const [first, second] = found;
    if (first !== undefined && second !== undefined) return [first, second];
  }
}

/** Resolves when `count` calls of "held" and "blocking" wait. */
export async function heldWrites(state: Int32Array, count: number): Promise<void> {
  while (Atomics.load(state, State.HELD) < count) await new Promise(setImmediate);
}

/** Resolves when so many connections are open. */
export async function connectionsOpen(server: WorkerServer, count: number): Promise<void> {
  for (;;) {
    const { connections } = await server.counters();
    if (connections.open === count) return;
  }
}
