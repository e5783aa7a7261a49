/** The demo server as a process of its own, which can be killed and started again on the same files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../apps/demo-server/dist/main.js', import.meta.url));
const READY_SECONDS_MAX = 30;

export class ServerProcess {
  /** Of its TCP listener. */
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #log: readonly string[];
  readonly #ended: Promise<void>;

  private constructor(
    child: ChildProcess,
    port: number,
    log: readonly string[],
    ended: Promise<void>,
  ) {
    this.#child = child;
    this.port = port;
    this.#log = log;
    this.#ended = ended;
  }

  /**
   * Starts the built server on 127.0.0.1 and on the Unix socket `socket`.
   *
   * @throws Error with its log, if it does not come up
   */
  static async start(socket: string, args: readonly string[]): Promise<ServerProcess> {
    if (!existsSync(PROGRAM)) {
      throw new Error(`expected the built server at ${PROGRAM}, found none: run the build first`);
    }
    const listen = ['nbd://127.0.0.1:0', `nbd+unix:///?socket=${socket}`].flatMap((uri) => [
      '--listen',
      uri,
    ]);
    const child = spawn(
      process.execPath,
      [PROGRAM, ...listen, '--log-level', 'debug', '--log-format', 'json', ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const log: string[] = [];
    createInterface(child.stderr).on('line', (line) => log.push(line));
    const ended = new Promise<void>((resolve) => {
      child.on('exit', () => resolve());
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_SECONDS_MAX * 1000);
    const listening: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      listening.push(line);
      if (listening.length === 2) break;
    }
    clearTimeout(timer);
    child.stdout.resume();
    const port = /:\/\/127\.0\.0\.1:(\d+)/.exec(listening.join('\n'))?.[1];
    if (port === undefined) {
      child.kill('SIGKILL');
      throw new Error(`the server does not come up:\n${log.join('\n')}`);
    }
    return new ServerProcess(child, Number(port), log, ended);
  }

  /** The numbers of the connections that have entered an export, and have not left. */
  inside(): ReadonlySet<number> {
    const numbers = this.#connections(/"client entered an export"/);
    for (const left of this.#connections(/"client left"/)) numbers.delete(left);
    return numbers;
  }

  /** The numbers of the connections that have left in the way that the protocol has for it, by DISC. */
  saidGoodbye(): ReadonlySet<number> {
    return this.#connections(/"reason":"disconnected"/);
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #connections(pattern: RegExp): Set<number> {
    const lines = this.#log.filter((line) => pattern.test(line));
    return new Set(lines.map((line) => Number(/"connection":(\d+)/.exec(line)?.[1])));
  }
}
