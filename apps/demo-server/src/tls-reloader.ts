/**
 * Reads certificates or keys anew when it is told to, one time after the other.
 */
import type { Server } from '@nbd/server';
import type { Logger } from 'pino';

export class TlsReloader {
  readonly #log: Logger;
  #server: Server | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** From now on there is something to reload: before, it was yet to be read. */
  serveWith(server: Server): void {
    this.#server = server;
  }

  /** Reloads, once those before are done. The log tells what became of it. */
  readonly reload = (): void => {
    this.#last = this.#last.then(() => this.#reload());
  };

  async #reload(): Promise<void> {
    if (this.#server === undefined) return;
    try {
      await this.#server.reloadTls();
      this.#log.info('TLS: read anew, for connections to come');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error(`TLS: what was read before stays in force: ${reason}`);
    }
  }
}
