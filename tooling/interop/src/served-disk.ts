/**
 * The demo server as a child process, so that clients reach it as they would in life: by a port or a
 * socket file, with signals, and not through the loop of the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../../apps/demo-server/dist/main.js', import.meta.url));
const READY_MILLIS = 20_000;

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
  /** Resolves when the server has ended: to its exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #socket: string;
  #port = 0;
  #log = '';

  constructor(child: ChildProcess, folder: string, socket: string) {
    this.#child = child;
    this.#folder = folder;
    this.#socket = socket;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
    });
  }

  /** The NBD URI of an export; of the default one without a name. */
  uri(transport: Transport, exportName = ''): string {
    const path = encodeURIComponent(exportName);
    return transport === 'tcp'
      ? `nbd://127.0.0.1:${this.#port}/${path}`
      : `nbd+unix:///${path}?socket=${this.#socket}`;
  }

  /** Where it listens, in the words of `node:net`. */
  address(transport: Transport): { host: string; port: number } | { path: string } {
    return transport === 'tcp' ? { host: '127.0.0.1', port: this.#port } : { path: this.#socket };
  }

  /** What it has written to its log so far. */
  get log(): string {
    return this.#log;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it at once, if it has not ended, and removes its folder. */
  async remove(): Promise<void> {
    this.kill('SIGKILL');
    await this.ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Memory of the process that is in RAM, bytes. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** Waits for the lines on standard output that say where the server listens. */
  async untilReady(): Promise<void> {
    let lines = '';
    const ready = new Promise<void>((resolve) => {
      this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        lines += text;
        if (/^listening nbds?:.*\n/m.test(lines) && /^listening nbds?\+unix:.*\n/m.test(lines))
          resolve();
      });
    });
    const timer = setTimeout(() => this.kill('SIGKILL'), READY_MILLIS);
    const end = await Promise.race([ready, this.ended]);
    clearTimeout(timer);
    if (end !== undefined) throw new Error(`the server ended with ${end}:\n${lines}${this.#log}`);
    this.#port = Number(/^listening nbds?:\/\/127\.0\.0\.1:(\d+)/m.exec(lines)?.[1]);
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
  }, READY_MILLIS);
  afterAll(() => served?.remove());
  return () => served as ServedDisk;
}

async function start({ exports, args = [], under = [] }: ServeOptions): Promise<ServedDisk> {
  if (!existsSync(PROGRAM)) {
    throw new Error(`expected the built server at ${PROGRAM}, found none: run the build first`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'nbd-interop-'));
  const socket = join(folder, 'nbd.sock');
  const listen = ['--listen', 'nbd://127.0.0.1:0', '--listen', `nbd+unix:///?socket=${socket}`];
  const disks = Object.entries(exports).flatMap(([name, spec]) => ['--export', `${name}=${spec}`]);
  const [program = '', ...rest] = [
    ...under,
    process.execPath,
    PROGRAM,
    ...listen,
    ...disks,
    ...WAY_ARGS,
    ...args,
  ];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const served = new ServedDisk(child, folder, socket);
  try {
    await served.untilReady();
  } catch (error) {
    await served.remove();
    throw error;
  }
  return served;
}
