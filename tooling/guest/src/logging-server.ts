/** The demo server with a log that tells who is connected, which can be killed and started again on the same files. */
import { type DemoServer, startDemoServer } from '@nbd-tooling/server-process';

export class LoggingServer {
  /** Of its TCP listener. */
  readonly port: number;
  readonly #process: DemoServer['process'];

  private constructor({ port, process }: DemoServer) {
    this.port = port;
    this.#process = process;
  }

  /**
   * Starts the built server on 127.0.0.1 and on the Unix socket `socket`.
   *
   * @throws Error with its log, if it does not come up
   */
  static async start(socket: string, args: readonly string[]): Promise<LoggingServer> {
    const logging = ['--log-level', 'debug', '--log-format', 'json'];
    return new LoggingServer(await startDemoServer({ socket, args: [...logging, ...args] }));
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
    await this.#process.end('SIGKILL');
  }

  #connections(pattern: RegExp): Set<number> {
    const whole = this.#process.log.split('\n').slice(0, -1);
    const lines = whole.filter((line) => pattern.test(line));
    return new Set(lines.map((line) => Number(/"connection":(\d+)/.exec(line)?.[1])));
  }
}
