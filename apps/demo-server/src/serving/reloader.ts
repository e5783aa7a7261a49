/**
 * Reads what may have changed anew when it is told to.
 *
 * Each thing is read at once. If that can be used while a change that may hang is still under way, that one is given up for
 * it: whoever asks again after a mistake is not to wait for a disk that will never open.
 */
import type { Logger } from 'pino';
import type { Serving } from './serving.ts';

/** One thing that can be read anew. */
export interface ReloadStep {
  /** What it is, for the log. */
  readonly what: string;
  /** Whether a change of it may take for ever, and is given up for the next one. */
  readonly mayHang: boolean;
  /** Answers what puts it in force as it is now. Throws what is wrong with it. */
  readonly read: () => Change;
}

/**
 * Rejects with what is wrong; then the old must be in force. When `signal` aborts, which it does where it may hang, it is to
 * settle soon: another one follows.
 */
export type Change = (server: Serving, signal: AbortSignal) => Promise<void>;

export class Reloader {
  readonly #lanes: readonly ReloadLane[];
  #server: Serving | undefined;
  #askedEarly = false;

  constructor(log: Logger, steps: readonly ReloadStep[]) {
    this.#lanes = steps.map((step) => new ReloadLane(log, step));
  }

  /** How often each went well, and not, and was given up. */
  get counts(): Readonly<Record<Outcome, number>> {
    const sum = (outcome: Outcome): number =>
      this.#lanes.reduce((total, { counts }) => total + counts[outcome], 0);
    return { done: sum('done'), failed: sum('failed'), superseded: sum('superseded') };
  }

  /** From now on there is something to reload. If that was asked for before, it is done now: a server has read its files before it listens. */
  serveWith(server: Serving): void {
    this.#server = server;
    if (this.#askedEarly) this.reload();
  }

  /** Reloads. The log tells what became of it. */
  readonly reload = (): void => {
    const server = this.#server;
    if (server === undefined) this.#askedEarly = true;
    else for (const lane of this.#lanes) lane.reload(server);
  };
}

type Outcome = 'done' | 'failed' | 'superseded';

/** Reloads of one thing: one after the other. */
class ReloadLane {
  readonly counts: Record<Outcome, number> = { done: 0, failed: 0, superseded: 0 };
  readonly #log: Logger;
  readonly #step: ReloadStep;
  #last: Promise<void> = Promise.resolve();
  /** Gives up the last one. */
  #latest = new AbortController();

  constructor(log: Logger, step: ReloadStep) {
    this.#log = log;
    this.#step = step;
  }

  reload(server: Serving): void {
    let change: Change;
    try {
      change = this.#step.read();
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.#step.mayHang) this.#latest.abort(new Error('it had not begun'));
    this.#latest = new AbortController();
    const { signal } = this.#latest;
    this.#last = this.#last.then(() => this.#put(change, server, signal));
  }

  async #put(change: Change, server: Serving, signal: AbortSignal): Promise<void> {
    try {
      await change(server, signal);
      this.counts.done++;
      this.#log.info(`${this.#step.what}: read anew, for connections to come`);
    } catch (error) {
      if (signal.aborted) this.#superseded(error);
      else this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.counts.failed++;
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.error(`${this.#step.what}: what was read before stays in force: ${reason}`);
  }

  #superseded(error: unknown): void {
    this.counts.superseded++;
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.warn(`${this.#step.what}: given up for a later reload: ${reason}`);
  }
}
