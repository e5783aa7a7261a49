/** The built demo server as a process, with what it takes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { descriptorsOf, residentOf } from './process-holdings.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../../apps/demo-server/dist/main.js', import.meta.url),
);
const PORT = /^listening nbds?:\/\/127\.0\.0\.1:(?<port>\d+)/m;
const SETTLE_POLL_MILLIS = 50;

export class DemoServer {
  readonly #child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  readonly #ended: Promise<string>;
  #printed = '';
  #log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.#ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(`${code ?? signal}`));
    });
  }

  /**
   * Starts it at the addresses `listen`, which a port of 127.0.0.1 must be the first of. It logs errors alone. Resolves when it
   * listens at all of them.
   *
   * @throws Error with what it wrote, if it does not come up
   */
  static async start(listen: readonly string[], args: readonly string[]): Promise<DemoServer> {
    if (!existsSync(PROGRAM)) {
      throw new Error(`expected the built server at ${PROGRAM}, found none: run the build first`);
    }
    const words = ['--log-level=error', ...listen.map((uri) => `--listen=${uri}`), ...args];
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new DemoServer(child);
    const end = await Promise.race([server.#listening(listen.length), server.#ended]);
    if (end === undefined) return server;
    throw new Error(`the server ended with ${end}: ${server.#log}`);
  }

  get port(): number {
    return Number(PORT.exec(this.#printed)?.groups?.['port']);
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

  /** How many it has open once it has as few as `before`, or after `millis`. */
  async settledDescriptors(before: number, millis: number): Promise<number> {
    const deadline = performance.now() + millis;
    for (;;) {
      const now = await this.descriptors();
      if (now <= before || performance.now() > deadline) return now;
      await sleep(SETTLE_POLL_MILLIS);
    }
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

  /** Resolves when it has said so of as many addresses. */
  async #listening(addresses: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
        const lines = this.#printed.match(/^listening .*\n/gm) ?? [];
        if (lines.length >= addresses) resolve();
      });
    });
  }
}
