/**
 * What a client must remember of its changes: which of them may be sent again after a lost
 * connection, and whether a flush can still promise what it says.
 */
import { overlaps, type Piece } from './range.ts';

/** A change that is not answered. */
export interface Change extends Piece {
  /**
   * An overlapping change that was begun later has been answered: sending this one again would bring
   * back what that one has replaced.
   */
  overtaken: boolean;
}

export class ChangeRecord {
  /** In the order of their beginning. */
  readonly #unanswered = new Set<Change>();
  #answered = 0;
  #durable = 0;
  /** Losses that put answered changes in doubt, and how many of them a flush has told of. */
  #doubts = 0;
  #told = 0;

  begin({ offset, length }: Piece): Change {
    const change = { offset, length, overtaken: false };
    this.#unanswered.add(change);
    return change;
  }

  /** It is answered, or has failed for good. `durable`: on stable storage already, as FUA demands. */
  settle(change: Change, outcome: 'durable' | 'done' | 'failed'): void {
    if (outcome !== 'failed') this.#overtake(change);
    if (outcome === 'done') this.#answered++;
    this.#unanswered.delete(change);
  }

  /** A connection is lost, and with it maybe the server, and what it had in memory only. */
  connectionLost(): void {
    if (this.#answered > this.#durable) this.#doubts++;
  }

  /** How many losses were told of before now; to be handed to `takeDoubt`. */
  get told(): number {
    return this.#told;
  }

  /** What a flush that is sent now will cover; to be handed to `flushed`. */
  get mark(): number {
    return this.#answered;
  }

  flushed(mark: number): void {
    this.#durable = Math.max(this.#durable, mark);
  }

  /**
   * Whether changes that were answered may be lost, as whoever began at `toldBefore` has not heard: true
   * for all who began before the first of them has told of it, since each answers for changes of its own.
   */
  takeDoubt(toldBefore: number): boolean {
    if (this.#doubts > this.#told) this.flushed(this.#answered);
    this.#told = this.#doubts;
    return this.#told > toldBefore;
  }

  #overtake(change: Change): void {
    for (const earlier of this.#unanswered) {
      if (earlier === change) return;
      if (overlaps(earlier, change)) earlier.overtaken = true;
    }
  }
}
