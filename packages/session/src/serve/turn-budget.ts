/**
 * How much a session may have done in one turn, before others have theirs.
 *
 * All that have more to do than one turn may take share a round: those of one pool, and so of one thread. So one who
 * asks for little waits for one round at the most, which hardly grows with the number of those who ask for much.
 *
 * Hot path.
 */
import type { BufferPool } from '../memory/buffer-pool.ts';

/** Bytes read, written or zeroed in a round. */
const ROUND_BYTES_MAX = 8 * 2 ** 20;
/** A session has this much of a round, however many there are: one send, so that a turn is worth its while. */
const TURN_BYTES_MIN = 256 * 1024;
/** What the smallest request counts. */
const REQUEST_BYTES_MIN = 4096;

/** Sessions that wait for their next turn with more to do. */
interface Round {
  waiting: number;
}

const rounds = new WeakMap<BufferPool, Round>();

export class TurnBudget {
  readonly #round: Round;
  #bytes = 0;
  #bytesMax = ROUND_BYTES_MAX;
  #waits = false;

  /** Sessions with the same pool share their rounds. */
  constructor(pool: BufferPool) {
    let round = rounds.get(pool);
    if (round === undefined) {
      round = { waiting: 0 };
      rounds.set(pool, round);
    }
    this.#round = round;
  }

  /** A turn begins. */
  begin(): void {
    if (this.#waits) this.#round.waiting--;
    this.#waits = false;
    this.#bytes = 0;
    this.#bytesMax = Math.max(TURN_BYTES_MIN, ROUND_BYTES_MAX / (this.#round.waiting + 1));
  }

  /** A request, or a part of one, of `bytes` is given to the disk. */
  spend(bytes: number): void {
    this.#bytes += Math.max(bytes, REQUEST_BYTES_MIN);
  }

  /** Whether the turn has done its share of work. */
  isSpent(): boolean {
    return this.#bytes >= this.#bytesMax;
  }

  /** The turn is over. True: it was not enough, and another must begin soon. */
  goesOn(): boolean {
    if (!this.isSpent()) return false;
    if (!this.#waits) this.#round.waiting++;
    this.#waits = true;
    return true;
  }
}
