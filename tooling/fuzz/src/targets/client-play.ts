/** A client that goes its way through the haggling and then asks for everything, whatever the server says. */
import type { Told } from '../../../../packages/session/test/client/client-transcript.ts';
import { ClientTranscript } from '../../../../packages/session/test/client/client-transcript.ts';
import { concat } from '../../../../packages/session/test/client-bytes.ts';
import type { Dice } from '../../../../packages/session/test/client/dice.ts';
import { type Asked, askAll } from './asked-requests.ts';
import { WAYS } from './client-wishes.ts';

/** Small, so that they are met. */
const LIMITS = { optionRepliesBytesMax: 2000, contextsMax: 4, extentsMax: 12 };

export class ClientPlay {
  readonly transcript: ClientTranscript;
  readonly told: Told[] = [];
  asked: Asked | undefined;
  /** What the client has said. */
  readonly said: Uint8Array[] = [];
  readonly #dice: Dice;
  readonly #way: (typeof WAYS)[number];
  #step = 0;
  #isSecuring = false;
  #heardMessages = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#way = WAYS[dice.below(WAYS.length)] ?? [];
    this.transcript = new ClientTranscript({
      oldstyle: dice.oneIn(3),
      tlsRequired: dice.oneIn(16),
      strict: false,
      limits: LIMITS,
    });
  }

  /** The server says a message, in these pieces; whatever the client wants next it asks for behind the last. */
  hears(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.transcript.says(piece);
      this.#note();
    }
    this.#secure();
    this.#wish();
    this.#note();
    this.#heardMessages++;
  }

  /** The server closes. */
  hearsEnd(): void {
    this.transcript.closes();
    this.#note();
  }

  get heard(): Uint8Array {
    return concat(...this.said);
  }

  #note(): void {
    for (const event of this.transcript.events()) {
      this.told.push(event);
      if (event.kind === 'secure') this.#isSecuring = true;
    }
    this.said.push(this.transcript.heard());
  }

  /** What else is in the message in which TLS was granted is in the clear, and however it is cut means nothing. */
  #secure(): void {
    if (this.#isSecuring) this.transcript.session.secured();
    this.#isSecuring = false;
  }

  #wish(): void {
    const { session } = this.transcript;
    if (session.phase === 'haggling' && !session.isAsking) {
      const wish = this.#way[this.#step++];
      try {
        if (wish === undefined) session.abort();
        else wish(session);
      } catch (error) {
        // It is not the time for this one, or it cannot be said in this form: a client is told so.
        if ((error as Error).name !== 'UsageError') throw error;
      }
    }
    if (session.phase === 'transmission' && this.asked === undefined) {
      this.asked = askAll(session, this.#dice, this.#heardMessages);
    }
  }
}
