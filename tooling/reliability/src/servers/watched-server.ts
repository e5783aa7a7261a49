/** The built demo server, with what it takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DemoServer,
  type DemoServerOptions,
  descriptorsOf,
  residentOf,
  startDemoServer,
} from '@nbd-tooling/server-process';

const SETTLE_POLL_MILLIS = 50;

export class WatchedServer {
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly #process: DemoServer['process'];

  private constructor({ port, process }: DemoServer) {
    this.port = port;
    this.#process = process;
  }

  /**
   * Starts it. It logs errors alone.
   *
   * @throws Error with what it wrote, if it does not come up
   */
  static async start(options: DemoServerOptions): Promise<WatchedServer> {
    const args = ['--log-level=error', ...options.args];
    return new WatchedServer(await startDemoServer({ ...options, args }));
  }

  /** What it has logged: errors alone, so nothing. */
  get log(): string {
    return this.#process.log;
  }

  /** Memory of the process that is in RAM, bytes: now, and at the most since it began. */
  resident(): Promise<{ readonly now: number; readonly peak: number }> {
    return residentOf(this.#process.pid);
  }

  /** How many descriptors it has open. */
  descriptors(): Promise<number> {
    return descriptorsOf(this.#process.pid);
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
  async stop(): Promise<string> {
    return `${await this.#process.end()}`;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    await this.#process.end('SIGKILL');
  }
}
