/**
 * Reads what may have changed anew when it is told to, one time after the other.
 */
import type { Logger } from 'pino';
import type { Serving } from './serving.ts';

/** One thing that can be read anew. */
export interface ReloadStep {
  /** What it is, for the log. */
  readonly what: string;
  /** Rejects with what is wrong; then the old must be in force. */
  readonly reload: (server: Serving) => Promise<void>;
}

export class Reloader {
  readonly #log: Logger;
  readonly #steps: readonly ReloadStep[];
  #server: Serving | undefined;
  #askedEarly = false;
  #last: Promise<void> = Promise.resolve();
  #done = 0;
  #failed = 0;

  constructor(log: Logger, steps: readonly ReloadStep[]) {
    this.#log = log;
    this.#steps = steps;
  }

  /** How often each went well, and not. */
  get counts(): { readonly done: number; readonly failed: number } {
    return { done: this.#done, failed: this.#failed };
  }

  /** From now on there is something to reload. If that was asked for before, it is done now: a server has read its files before it listens. */
  serveWith(server: Serving): void {
    this.#server = server;
    if (this.#askedEarly) this.reload();
  }

  /** Reloads, once those before are done. The log tells what became of it. */
  readonly reload = (): void => {
    const server = this.#server;
    if (server === undefined) this.#askedEarly = true;
    else this.#last = this.#last.then(() => this.#reload(server));
  };

  async #reload(server: Serving): Promise<void> {
    for (const { what, reload } of this.#steps) {
      try {
        await reload(server);
        this.#done++;
        this.#log.info(`${what}: read anew, for connections to come`);
      } catch (error) {
        this.#failed++;
        const reason = error instanceof Error ? error.message : String(error);
        this.#log.error(`${what}: what was read before stays in force: ${reason}`);
      }
    }
  }
}
