/** Servers as child processes, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MILLIS = 20_000;
const POLL_MILLIS = 5;

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: readonly string[]];

export class ServerProcess {
  readonly uri: string;
  readonly #child: ChildProcess;
  readonly #socket: string;
  readonly #ended: Promise<void>;
  #log = '';
  #killed = false;

  private constructor([program, ...args]: Command, socket: string, exportName: string) {
    this.uri = `nbd+unix:///${exportName}?socket=${socket}`;
    this.#socket = socket;
    this.#child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#log += error.message;
        resolve();
      });
      this.#child.on('close', () => resolve());
    });
  }

  /**
   * Starts a server that listens on `socket`; resolves when it does.
   *
   * @throws Error with what it wrote, if it ends or does not listen within 20 seconds
   */
  static async start(command: Command, socket: string, exportName: string): Promise<ServerProcess> {
    await rm(socket, { force: true });
    const server = new ServerProcess(command, socket, exportName);
    if (!(await server.#listens())) {
      await server.kill();
      throw new Error(`the server does not come up: ${command.join(' ')}\n${server.#log}`);
    }
    return server;
  }

  /** kill -9: the signal is sent at once; resolves when the process is gone, with its locks. */
  async kill(): Promise<void> {
    if (!this.#hasEnded()) this.#killed = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Whether it has ended by itself. */
  get crashed(): boolean {
    return this.#hasEnded() && !this.#killed;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #listens(): Promise<boolean> {
    const deadline = Date.now() + READY_MILLIS;
    while (!this.#hasEnded()) {
      if (await accepts(this.#socket)) return true;
      if (Date.now() > deadline) return false;
      await sleep(POLL_MILLIS);
    }
    return false;
  }
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
