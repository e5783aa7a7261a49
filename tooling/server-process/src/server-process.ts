/** A server in a process of its own, from its start to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from './ends-with-us.ts';
import { KeptText } from './kept-text.ts';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: readonly string[]];

/** An exit code, or the signal that ended a process. */
export type End = number | NodeJS.Signals;

export interface RunOptions {
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds it may take until it is ready: 30 seconds. */
  readonly readyMillisMax?: number;
  /** Milliseconds it may take to end: 150 seconds, which is more than the demo server takes if its disks hang. */
  readonly endMillisMax?: number;
}

/** Also under a machine that is busy. */
const READY_MILLIS_MAX = 30_000;
const END_MILLIS_MAX = 150_000;
/** What it has written comes within this after its end. Longer has only what processes write that it started. */
const OUTPUT_MILLIS_MAX = 1000;
const POLL_MILLIS = 5;
const LATE = Symbol('late');

/** It is killed when this process exits. */
export class ServerProcess {
  /** Resolves when it has ended, and all that it wrote is here. */
  readonly ended: Promise<End>;
  readonly #child: ChildProcess;
  readonly #command: Command;
  readonly #endMillisMax: number;
  readonly #printed = new KeptText();
  readonly #log = new KeptText();

  private constructor(command: Command, { environment, endMillisMax }: RunOptions) {
    const [program, ...args] = command;
    const env = { ...process.env, ...environment };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#printed.add(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#log.add(text));
    endWithUs(child);
    child.once('exit', () => this.#closeSoon());
    this.#child = child;
    this.#command = command;
    this.#endMillisMax = endMillisMax ?? END_MILLIS_MAX;
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
    });
  }

  /**
   * Starts a program, and resolves when `isReady` says that it is: it is asked again and again, while the program runs.
   *
   * @throws Error with all that it wrote, if it ends before, or is not ready in time, which kills it; that of the system, if
   *   there is no such program; and what `isReady` rejects with
   */
  static async start(
    command: Command,
    isReady: (server: ServerProcess) => boolean | Promise<boolean>,
    options: RunOptions = {},
  ): Promise<ServerProcess> {
    const server = new ServerProcess(command, options);
    await once(server.#child, 'spawn');
    try {
      await server.#untilReady(() => isReady(server), options.readyMillisMax ?? READY_MILLIS_MAX);
    } catch (error) {
      await server.#cut();
      throw error;
    }
    return server;
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('expected a process, found none');
    return pid;
  }

  /** What it has written to its standard output so far; the end of it, if that is much. */
  get printed(): string {
    return this.#printed.text;
  }

  /** The same for its standard error. */
  get log(): string {
    return this.#log.text;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal, if it has not ended. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Sends `signal` at once, and resolves with how it ended, now or before.
   *
   * @throws Error with all that it wrote, if it does not end in time, which kills it
   */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<End> {
    this.signal(signal);
    return this.#inTime(this.ended, this.#endMillisMax, `does not end by ${signal}`);
  }

  async #untilReady(isReady: () => boolean | Promise<boolean>, millisMax: number): Promise<void> {
    // It may never be, and `isReady` may never answer.
    const found = Promise.race([this.#readyOrEnd(isReady), this.ended]);
    const end = await this.#inTime(found, millisMax, 'is not ready');
    if (end !== 'ready') throw this.#failure(`has ended with ${end}`);
  }

  /** Resolves with how it ended, if it is never ready. */
  async #readyOrEnd(isReady: () => boolean | Promise<boolean>): Promise<End | 'ready'> {
    while (!this.hasEnded) {
      if (await isReady()) return 'ready';
      await sleep(POLL_MILLIS);
    }
    return this.ended;
  }

  /** What `outcome` resolves with. If it does not within `millisMax`, the server is killed, and that is an error. */
  async #inTime<T>(outcome: Promise<T>, millisMax: number, otherwise: string): Promise<T> {
    const over = new AbortController();
    const late = sleep(millisMax, LATE, { signal: over.signal });
    const found = await Promise.race([outcome, late]).finally(() => over.abort());
    if (found !== LATE) return found;
    await this.#cut();
    throw this.#failure(`${otherwise} within ${millisMax / 1000} s`);
  }

  async #cut(): Promise<void> {
    this.signal('SIGKILL');
    this.#letGo();
    await this.ended;
  }

  /** Lets go of its output when all of its own is read. */
  #closeSoon(): void {
    // Once more around the loop, which may have been held up, and reads meanwhile.
    const timer = setTimeout(() => setImmediate(() => this.#letGo()), OUTPUT_MILLIS_MAX);
    this.#child.once('close', () => clearTimeout(timer));
  }

  /** Processes that it started may hold what it writes to, and live on. */
  #letGo(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #failure(what: string): Error {
    return new Error(`the server ${what}: ${this.#command.join(' ')}\n${this.printed}${this.log}`);
  }
}
