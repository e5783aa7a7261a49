/** The demo server under attack, with what its process takes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { descriptorsOf, residentOf } from '../process-holdings.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../../apps/demo-server/dist/main.js', import.meta.url),
);
const LISTENING = /^listening nbd:\/\/127\.0\.0\.1:(?<port>\d+)/m;

/** Of a request, bytes: what each connection may hold in any case is this and little more. */
export const PAYLOAD_BYTES_MAX: number = 2 ** 20;

/** What the healthy client reads, each 8 bytes of which are their own offset. */
export const PATTERN_EXPORT = 'pattern';
export const PATTERN_BYTES: number = 2 ** 30;
/** What the others do as they like with. It is the default export. */
export const SCRATCH_EXPORT = 'scratch';

export interface HostileServerOptions {
  readonly maxConnections: number;
  /** Seconds. */
  readonly handshakeTimeout: number;
  readonly workers: number;
}

export class HostileServer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly #ready: Promise<void>;
  #printed = '';
  #log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.#ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(`${code ?? signal}`));
    });
    this.#ready = new Promise((resolve) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
        if (LISTENING.test(this.#printed)) resolve();
      });
    });
  }

  /** @throws Error with what it wrote, if it does not come up */
  static async start(options: HostileServerOptions): Promise<HostileServer> {
    const { maxConnections, handshakeTimeout, workers } = options;
    const args = [
      '--log-level=error',
      '--listen=nbd://127.0.0.1:0',
      `--workers=${workers}`,
      `--max-connections=${maxConnections}`,
      `--handshake-timeout=${handshakeTimeout}`,
      `--limit=payloadBytesMax=${PAYLOAD_BYTES_MAX}`,
      `--export=${SCRATCH_EXPORT}=memory:16M`,
      `--export=${PATTERN_EXPORT}=pattern:${PATTERN_BYTES}`,
    ];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new HostileServer(child);
    const end = await Promise.race([server.#ready, server.#ended]);
    if (end === undefined) return server;
    throw new Error(`the server ended with ${end}: ${server.#log}`);
  }

  get port(): number {
    return Number(LISTENING.exec(this.#printed)?.groups?.['port']);
  }

  /** What it has logged: errors alone, so nothing. */
  get log(): string {
    return this.#log;
  }

  /** Memory of the process that is in RAM, bytes: now, and at the most since it began. */
  resident(): Promise<{ readonly now: number; readonly peak: number }> {
    return residentOf(this.#child.pid);
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

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
