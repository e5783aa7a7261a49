/**
 * Reads certificates or keys anew when it is told to, one time after the other.
 */
import type { Logger } from 'pino';
import type { Serving } from './serving.ts';

/** What has certificates or keys to reload. */
type Reloadable = Pick<Serving, 'reloadTls'>;

export class TlsReloader {
  readonly #log: Logger;
  #server: Reloadable | undefined;
  #askedEarly = false;
  #last: Promise<void> = Promise.resolve();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** From now on there is something to reload. If that was asked for before, it is done now: a server has read its files before it listens. */
  serveWith(server: Reloadable): void {
    this.#server = server;
    if (this.#askedEarly) this.reload();
  }

  /** Reloads, once those before are done. The log tells what became of it. */
  readonly reload = (): void => {
    const server = this.#server;
    if (server === undefined) this.#askedEarly = true;
    else this.#last = this.#last.then(() => this.#reload(server));
  };

  async #reload(server: Reloadable): Promise<void> {
    try {
      await server.reloadTls();
      this.#log.info('TLS: read anew, for connections to come');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error(`TLS: what was read before stays in force: ${reason}`);
    }
  }
}
