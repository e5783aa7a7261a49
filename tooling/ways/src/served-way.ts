/** A server for each way from a client to a disk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, type ConnectOptions, connect } from '@nbd/client';
import { serve, serveInWorkers } from '@nbd/server';
import { openExports } from './sized-disks.ts';

export const WAYS = ['tcp', 'unix', 'tls', 'tls-unix', 'workers', 'tls-workers'] as const;
export type Way = (typeof WAYS)[number];

const IDENTITY = 'ways';
const KEY = Buffer.from('0f5c1b7de2a84c3390d1e6a75b2f4c68', 'hex');

/** Lets a thread import TypeScript; `--import tsx` does so in main threads only. */
const REGISTER = `data:text/javascript,import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();`;

export class ServedWay {
  readonly #uri: string;
  readonly #close: () => Promise<void>;

  private constructor(uri: string, close: () => Promise<void>) {
    this.#uri = uri;
    this.#close = close;
  }

  static async open(way: Way): Promise<ServedWay> {
    const folder = await mkdtemp(join(tmpdir(), 'nbd-ways-'));
    const isTls = way.startsWith('tls');
    const listen = way.endsWith('unix')
      ? `nbd+unix:///?socket=${join(folder, 'nbd.sock')}`
      : 'nbd://127.0.0.1:0';
    const options = {
      listen,
      ...(isTls && { tls: { preSharedKeys: new Map([[IDENTITY, KEY]]) } }),
    };
    const server = way.endsWith('workers')
      ? await serveInWorkers({
          ...options,
          module: new URL('sized-disks.ts', import.meta.url),
          workers: 2,
          execArgv: ['--conditions=@nbd/source', '--import', REGISTER],
        })
      : await serve({ ...options, source: openExports() });
    return new ServedWay(server.uris[0] as string, async () => {
      await server.close();
      await rm(folder, { recursive: true });
    });
  }

  /** A client of a new disk of `size` bytes. */
  connect(size: number, options: ConnectOptions = {}): Promise<Client> {
    const credentials = { psk: { identity: IDENTITY, key: KEY } };
    return connect(this.#uri, { ...options, exportName: String(size), credentials });
  }

  close(): Promise<void> {
    return this.#close();
  }
}
