/**
 * Where the requests of a client go out: bounded, in pieces, given up by signals, and waited for at
 * the end.
 */
import type { ContextStatus } from '@nbd/session';
import { abortable } from './deadline.ts';
import type { Job, LinkGroup } from './link-group.ts';
import { NbdError } from './nbd-error.ts';
import { performPieces } from './pieces.ts';
import { type Piece, piecesOf } from './range.ts';
import type { Turnstile } from './turnstile.ts';

/** A range to be asked for. */
export interface Errand {
  readonly range: Piece;
  /** The most that one request can cover, bytes. */
  readonly lengthMax: number;
  /** Whether the bytes of the range cross the wire, and so count as under way. */
  readonly carriesData: boolean;
  /** Whether a flush must wait for it. */
  readonly changes: boolean;
  readonly signal: AbortSignal | undefined;
  /** Does one piece of it. */
  readonly run: (piece: Piece) => Promise<unknown>;
}

export class RequestDesk {
  readonly #group: LinkGroup;
  readonly #turnstile: Turnstile;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #changing = new Set<Promise<unknown>>();
  #closed = false;

  constructor(group: LinkGroup, turnstile: Turnstile) {
    this.#group = group;
    this.#turnstile = turnstile;
  }

  /** Runs an errand in pieces. Rejects at once when the signal is aborted; what is sent goes on by itself. */
  async perform({ range, lengthMax, signal, changes, ...errand }: Errand): Promise<void> {
    this.#checkOpen();
    signal?.throwIfAborted();
    const work = performPieces({
      ...errand,
      pieces: piecesOf(range, lengthMax),
      turnstile: this.#turnstile,
      signal,
    });
    if (changes) track(this.#changing, work);
    track(this.#underWay, work);
    await abortable(work, signal);
  }

  /** Makes one request that is not of a range, or is not to be split. `first`: what must be done before it. */
  async ask(job: Job, first: () => Promise<unknown> = nothing): Promise<readonly ContextStatus[]> {
    this.#checkOpen();
    job.signal?.throwIfAborted();
    const work = this.#askInTurn(job, first);
    track(this.#underWay, work);
    return abortable(work, job.signal);
  }

  /** Resolves when the changes that are under way now are over, for better or worse. */
  async changesSettled(): Promise<void> {
    await Promise.allSettled(this.#changing);
  }

  /** Takes no more, lets what was asked be answered, and ends the links. */
  async close(cut: AbortSignal): Promise<void> {
    this.#closed = true;
    this.#group.giveUp();
    const settled = Promise.allSettled(this.#underWay);
    await abortable(settled, cut).catch(nothing);
    await this.#group.close(cut);
    await settled;
  }

  async #askInTurn(job: Job, first: () => Promise<unknown>): Promise<readonly ContextStatus[]> {
    await first();
    await this.#turnstile.enter(0, job.signal);
    try {
      return await this.#group.run(job);
    } finally {
      this.#turnstile.leave(0);
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new NbdError('ESHUTDOWN', 'the client is closed');
  }
}

function track(set: Set<Promise<unknown>>, work: Promise<unknown>): void {
  set.add(work);
  const forget = (): void => {
    set.delete(work);
  };
  work.then(forget, forget);
}

async function nothing(): Promise<void> {}
