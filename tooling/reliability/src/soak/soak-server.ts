/** The demo server under soak: by TCP and a Unix socket, in the clear and under TLS. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsCredentials } from '@nbd/client';
import { WatchedServer } from '../servers/watched-server.ts';
import { makeCertificates } from './soak-certificates.ts';

/** How a connection is made. */
export const WAYS = ['tcp', 'unix', 'tls', 'tls-unix'] as const;
export type Way = (typeof WAYS)[number];

/** What is served: an export's specification by its name. */
export type SoakExports = (disk: string, seed: number) => Readonly<Record<string, string>>;

export interface SoakServerOptions {
  readonly exports: SoakExports;
  /** Of the file that an export may be. */
  readonly fileBytes: number;
  readonly seed: number;
  readonly workers: number;
}

export interface SoakServer {
  readonly process: WatchedServer;
  readonly credentials: TlsCredentials;
  /** The URI of an export; `port` in place of the server's, where something stands between. */
  uri(way: Way, exportName: string, port?: number): string;
  /** Ends it at once if it has not ended, and removes its files. */
  remove(): Promise<void>;
}

/** @throws Error with what it wrote, if it does not come up */
export async function startSoakServer(options: SoakServerOptions): Promise<SoakServer> {
  const { exports, fileBytes, seed, workers } = options;
  const folder = await mkdtemp(join(tmpdir(), 'nbd-soak-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const socket = join(folder, 'nbd.sock');
  const disk = join(folder, 'disk.img');
  try {
    await writeFile(disk, '');
    await truncate(disk, fileBytes);
    await makeCertificates(folder);
    const specs = Object.entries(exports(disk, seed));
    const server = await WatchedServer.start({
      socket,
      args: [
        `--workers=${workers}`,
        `--tls-certificates=${folder}`,
        '--tls=on',
        ...specs.map(([name, spec]) => `--export=${name}=${spec}`),
      ],
    });
    return {
      process: server,
      credentials: { certificates: folder },
      uri(way, exportName, port = server.port) {
        const scheme = way.startsWith('tls') ? 'nbds' : 'nbd';
        return way.endsWith('unix')
          ? `${scheme}+unix:///${exportName}?socket=${socket}`
          : `${scheme}://127.0.0.1:${port}/${exportName}`;
      },
      async remove() {
        await server.kill();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
