/** A client that does nothing but write and flush. */
import type { Client } from '@nbd/client';
import type { StampedLoad } from '../stamped-load.ts';

/** Rounds of a load until one fails, or as many as are allowed were answered. */
export class Writing {
  /** Resolves then. */
  readonly ended: Promise<void>;
  #roundsMax = Infinity;
  readonly #load: StampedLoad;

  constructor(load: StampedLoad, client: Client) {
    this.#load = load;
    this.ended = this.#write(client);
  }

  /** So many rounds from now on. */
  allow(rounds: number): void {
    this.#roundsMax = this.#load.rounds + rounds;
  }

  async #write(client: Client): Promise<void> {
    try {
      while (this.#load.rounds < this.#roundsMax) await this.#load.round(client);
    } catch {
      // What was not answered may be there, or not.
    }
  }
}
