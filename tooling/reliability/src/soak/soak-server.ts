/** The demo server under soak: by TCP and a Unix socket, in the clear and under TLS, with what its process takes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TlsCredentials } from '@nbd/client';
import { descriptorsOf, residentOf } from '../process-holdings.ts';
import { makeCertificates } from './soak-certificates.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../../apps/demo-server/dist/main.js', import.meta.url),
);
const LISTENING = /^listening nbds?:\/\/127\.0\.0\.1:(?<port>\d+)/m;

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

export class SoakServer {
  readonly credentials: TlsCredentials;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<string>;
  readonly #ready: Promise<void>;
  #printed = '';
  #log = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.credentials = { certificates: folder };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.#ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(`${code ?? signal}`));
    });
    this.#ready = new Promise((resolve) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
        if (LISTENING.test(this.#printed) && this.#printed.includes('+unix:')) resolve();
      });
    });
  }

  /** @throws Error with what it wrote, if it does not come up */
  static async start({
    exports,
    fileBytes,
    seed,
    workers,
  }: SoakServerOptions): Promise<SoakServer> {
    const folder = await mkdtemp(join(tmpdir(), 'nbd-soak-'));
    const disk = join(folder, 'disk.img');
    await writeFile(disk, '');
    await truncate(disk, fileBytes);
    await makeCertificates(folder);
    const listen = ['nbd://127.0.0.1:0', `nbd+unix:///?socket=${join(folder, 'nbd.sock')}`];
    const args = [
      '--log-level=error',
      `--workers=${workers}`,
      `--tls-certificates=${folder}`,
      '--tls=on',
      ...listen.map((uri) => `--listen=${uri}`),
      ...Object.entries(exports(disk, seed)).map(([name, spec]) => `--export=${name}=${spec}`),
    ];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new SoakServer(child, folder);
    const end = await Promise.race([server.#ready, server.#ended]);
    if (end === undefined) return server;
    await server.remove();
    throw new Error(`the server ended with ${end}: ${server.#log}`);
  }

  /** What it has logged: errors alone, so nothing. */
  get log(): string {
    return this.#log;
  }

  get port(): number {
    return Number(LISTENING.exec(this.#printed)?.groups?.['port']);
  }

  /** The URI of an export; `port` in place of the server's, where something stands between. */
  uri(way: Way, exportName: string, port: number = this.port): string {
    const scheme = way.startsWith('tls') ? 'nbds' : 'nbd';
    return way.endsWith('unix')
      ? `${scheme}+unix:///${exportName}?socket=${join(this.#folder, 'nbd.sock')}`
      : `${scheme}://127.0.0.1:${port}/${exportName}`;
  }

  /** Memory of the process that is in RAM, bytes. */
  async residentBytes(): Promise<number> {
    return (await residentOf(this.#child.pid)).now;
  }

  /** How many descriptors it has open. */
  descriptors(): Promise<number> {
    return descriptorsOf(this.#child.pid);
  }

  /** Asks it to end, and resolves with its exit code or the signal that ended it. */
  stop(): Promise<string> {
    this.#child.kill('SIGTERM');
    return this.#ended;
  }

  async remove(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
