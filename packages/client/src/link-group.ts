/**
 * Several links to one export as one, and what becomes of it when links are lost: requests go to the
 * link with the least to do, wait while there is none, and are sent again where that is safe.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientRequest, ClientSession, ContextStatus } from '@nbd/session';
import type { ReconnectPolicy } from './connect-options.ts';
import { differenceOf } from './export-difference.ts';
import type { Link } from './link.ts';
import { NbdError, nbdErrorFrom } from './nbd-error.ts';
import type { EnteredLink } from './open-link.ts';

/** A request, and whether it may be made once more after it was lost. */
export interface Job {
  /** Aborted: it is not made any more. One that was made is not taken back. */
  readonly signal: AbortSignal | undefined;
  make(session: ClientSession): ClientRequest;
  mayRepeat(): boolean;
}

/** A policy with nothing left open. */
export type SettledPolicy = {
  readonly [K in keyof ReconnectPolicy]-?: NonNullable<ReconnectPolicy[K]>;
};

export interface LinkGroupOptions {
  readonly open: (signal: AbortSignal) => Promise<EnteredLink>;
  /** How many links there should be. */
  readonly wanted: number;
  /** Undefined: a lost link is not replaced. */
  readonly policy: SettledPolicy | undefined;
  /** Told of each link that was lost, before anybody else can act on it. */
  readonly onLoss: () => void;
}

export class LinkGroup {
  readonly #options: LinkGroupOptions;
  readonly #first: EnteredLink;
  readonly #links = new Set<Link>();
  readonly #stop = new AbortController();
  #waiting: (() => void)[] = [];
  #reconnecting = false;
  #lastLoss: Error = new NbdError('ECONNRESET', 'the connection was lost');
  #end: Error | undefined;
  #size: number;

  constructor(first: EnteredLink, options: LinkGroupOptions) {
    this.#options = options;
    this.#first = first;
    this.#size = first.entered.size;
    this.#add(first);
    for (let i = 1; i < options.wanted; i++) void this.#openAnother();
  }

  get openCount(): number {
    return [...this.#links].filter((link) => link.isOpen).length;
  }

  /** Why there will be no link any more. */
  get end(): Error | undefined {
    return this.#end;
  }

  get size(): number {
    return this.#size;
  }

  /** The export has been resized; each session keeps to the size that it knows. */
  set size(size: number) {
    this.#size = size;
    for (const { session } of this.#links) {
      if (session.entered !== undefined) session.entered.size = size;
    }
  }

  /** Has a job done, on as many links as it takes. Rejects with an `NbdError`, what `make` throws, or the reason of the signal. */
  async run(job: Job): Promise<readonly ContextStatus[]> {
    const repeatsMax = this.#options.policy?.attempts ?? 0;
    for (let repeats = 0; ; repeats++) {
      const link = this.#idlest() ?? (await this.#untilOpen());
      job.signal?.throwIfAborted();
      try {
        return await link.request((session) => job.make(session));
      } catch (error) {
        if (repeats >= repeatsMax || !wasUnanswered(error) || !job.mayRepeat()) throw error;
      }
    }
  }

  /** From now on no lost link is replaced, and what waits for one fails. */
  giveUp(): void {
    this.#stop.abort();
    if (this.openCount === 0) this.#finish(new NbdError('ESHUTDOWN', 'the client is closed'));
  }

  /** Ends all links in order. With `cut` aborted, at once. */
  async close(cut: AbortSignal): Promise<void> {
    const error = new NbdError('ESHUTDOWN', 'the client is closed');
    this.#end ??= error;
    this.giveUp();
    const abort = (): void => {
      for (const link of this.#links) link.destroy(error);
    };
    cut.addEventListener('abort', abort);
    const closing = [...this.#links].map((link) => link.close());
    if (cut.aborted) abort();
    await Promise.all(closing);
    cut.removeEventListener('abort', abort);
    this.#finish(error);
  }

  #idlest(): Link | undefined {
    let best: Link | undefined;
    for (const link of this.#links) {
      if (!link.isOpen) continue;
      if (best === undefined || link.session.inFlight < best.session.inFlight) best = link;
    }
    return best;
  }

  async #untilOpen(): Promise<Link> {
    for (;;) {
      if (this.#end !== undefined) throw this.#end;
      const link = this.#idlest();
      if (link !== undefined) return link;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #add({ link }: EnteredLink): void {
    if (this.#stop.signal.aborted) {
      void link.close();
      return;
    }
    this.#links.add(link);
    void link.ended.then((error) => this.#lose(link, error));
    this.#wake();
  }

  /** One more than the first. That there is none is no failure: the first can carry all. */
  async #openAnother(): Promise<void> {
    try {
      this.#add(await this.#openSame());
    } catch {
      // The server may have its limit of connections; `openCount` tells.
    }
  }

  /** Opens a link, and makes sure that it leads to the same export. */
  async #openSame(): Promise<EnteredLink> {
    const opened = await this.#options.open(this.#stop.signal);
    const difference = differenceOf({ ...this.#first.entered, size: this.#size }, opened.entered);
    if (difference === undefined) return opened;
    void opened.link.close();
    throw new NbdError('ESTALE', `the export is not the same any more: ${difference}`);
  }

  #lose(link: Link, error: NbdError): void {
    this.#links.delete(link);
    this.#options.onLoss();
    const { policy } = this.#options;
    if (policy !== undefined && !this.#stop.signal.aborted) void this.#reconnect(policy, error);
    else if (this.#links.size === 0) this.#finish(error);
  }

  async #reconnect(policy: SettledPolicy, cause: Error): Promise<void> {
    this.#lastLoss = cause;
    if (this.#reconnecting) return;
    this.#reconnecting = true;
    try {
      // A link that has come back may be lost again at once.
      while (this.#links.size < this.#options.wanted) await this.#tryAgain(policy);
    } catch (error) {
      const failure = nbdErrorFrom(error, 'cannot reconnect');
      // With links left the work goes on, unless they lead to an export that is not there any more.
      if (this.#links.size === 0 || failure.code === 'ESTALE') this.#finish(failure);
    } finally {
      this.#reconnecting = false;
    }
  }

  /** Until all links are there again; throws the last error when the attempts are used up. */
  async #tryAgain(policy: SettledPolicy): Promise<void> {
    let error: Error = this.#lastLoss;
    let delay = policy.delay;
    for (let attempt = 1; attempt <= policy.attempts; attempt++) {
      policy.onRetry({ attempt, delay, error });
      await sleep(delay, undefined, { signal: this.#stop.signal });
      try {
        while (this.#links.size < this.#options.wanted) this.#add(await this.#openSame());
        return;
      } catch (failure) {
        if (this.#stop.signal.aborted) break;
        error = nbdErrorFrom(failure, 'cannot reconnect');
        if ((error as NbdError).code === 'ESTALE') break;
      }
      delay = Math.min(delay * 2, policy.delayMax);
    }
    throw error;
  }

  #finish(error: Error): void {
    this.#end ??= error;
    this.#stop.abort();
    for (const link of this.#links) void link.close();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** The reply was lost, or the server refused since it ends: asking again can have another answer. */
function wasUnanswered(error: unknown): boolean {
  return error instanceof NbdError && (error.code === 'ECONNRESET' || error.code === 'ESHUTDOWN');
}
