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
  #doubtful = false;

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
    if (this.#answered > this.#durable) this.#doubtful = true;
  }

  /** What a flush that is sent now will cover; to be handed to `flushed`. */
  get mark(): number {
    return this.#answered;
  }

  flushed(mark: number): void {
    this.#durable = Math.max(this.#durable, mark);
  }

  /** Whether answered changes may be lost. The caller tells of it, so it is answered with true only once. */
  takeDoubt(): boolean {
    const doubtful = this.#doubtful;
    if (doubtful) this.flushed(this.#answered);
    this.#doubtful = false;
    return doubtful;
  }

  #overtake(change: Change): void {
    for (const earlier of this.#unanswered) {
      if (earlier === change) return;
      if (overlaps(earlier, change)) earlier.overtaken = true;
    }
  }
}
