/** Servers at a Unix socket, to be killed. */
import { rm } from 'node:fs/promises';
import { isListening, saysListening, ServerProcess } from '@nbd-tooling/server-process';
import type { Place, ServerKind } from './server-table.ts';

export class SocketServer {
  readonly uri: string;
  readonly #process: ServerProcess;
  #killed = false;

  private constructor(process: ServerProcess, uri: string) {
    this.#process = process;
    this.uri = uri;
  }

  /**
   * Starts a server in its place; resolves when it is ready.
   *
   * @throws Error with what it wrote, if it does not come up
   */
  static async start(kind: ServerKind, place: Place): Promise<SocketServer> {
    const { socket } = place;
    await rm(socket, { force: true });
    const isReady = kind.announces ? saysListening(1) : () => isListening({ path: socket });
    const process = await ServerProcess.start(kind.command(place), isReady);
    return new SocketServer(process, `nbd+unix:///${kind.exportName}?socket=${socket}`);
  }

  /** kill -9: the signal is sent at once; resolves when the process is gone, with its locks. */
  async kill(): Promise<void> {
    if (!this.#process.hasEnded) this.#killed = true;
    await this.#process.end('SIGKILL');
  }

  /** Whether it has ended by itself. */
  get crashed(): boolean {
    return this.#process.hasEnded && !this.#killed;
  }
}
