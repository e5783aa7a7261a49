/**
 * The handshake: client flags, then options, until the client enters an export or leaves. Here the
 * stream is cut into options; what they mean is the affair of `Haggling`.
 * Spec: proto.md, "Fixed newstyle negotiation".
 *
 *   state         holds when                                  leaves on
 *   client-flags  the client has not answered the greeting    4 bytes in hand
 *   option        the next bytes are an option header         16 bytes in hand
 *   data          an option waits for its data                all of it in hand, or dropped
 *   haggling      an option is being carried out              the host's answer
 *   ended         nothing more will be read                   never
 */
import {
  CLIENT_FLAGS_BYTES,
  ClientFlag,
  decodeClientFlags,
  encodeGreeting,
  GREETING_BYTES,
  HandshakeFlag,
  Option,
  type OptionReply,
  type ServerReply,
} from '@nbd/codec';
import type { EndReason, Question, SecureAsked } from '../event.ts';
import type { Inbox } from '../../memory/inbox.ts';
import type { Outbox } from '../outbox.ts';
import type { ExportFacts } from '../transmission/export-facts.ts';
import type { Terms } from '../../agreement/terms.ts';
import { Haggling } from './haggling.ts';
import type { HandshakePolicy } from './handshake-policy.ts';
import type { AvailableContext } from './meta-context-options.ts';
import { OptionReader } from './option-reader.ts';
import type { Refusal } from './refusal.ts';

type Step = Question | SecureAsked | EndReason | 'again' | undefined;

/** Who has listed the exports may well ask about each, and about its meta contexts (C-052). */
const OPTIONS_PER_LISTED = 8;

const FLAGS_OFFERED = ClientFlag.FIXED_NEWSTYLE | ClientFlag.NO_ZEROES;

export class Handshake {
  readonly #inbox: Inbox;
  readonly #policy: HandshakePolicy;
  readonly #reader: OptionReader;
  readonly #haggling: Haggling;
  #state: 'client-flags' | 'option' | 'data' | 'haggling' | 'ended' = 'client-flags';
  #clientFlags = 0;
  #options = 0;
  /** What the option in hand is answered with when its data has gone by; undefined: it is carried out. */
  #refusal: Refusal | undefined;

  constructor(inbox: Inbox, outbox: Outbox, policy: HandshakePolicy) {
    this.#inbox = inbox;
    this.#policy = policy;
    this.#reader = new OptionReader(inbox);
    this.#haggling = new Haggling(outbox, policy);
    greet(outbox);
  }

  /** The terms on which the client has entered an export, once it has: requests follow. */
  get terms(): Terms | undefined {
    return this.#haggling.terms;
  }

  get wantsBytes(): boolean {
    return this.#state !== 'ended' && this.#haggling.state === 'ready';
  }

  /** Whether the stream may end here. */
  get betweenMessages(): boolean {
    const between = this.#state === 'client-flags' || this.#state === 'option';
    return between && this.#inbox.length === 0;
  }

  /** Whether a question waits for its answer, or a list to be sent. */
  get isBusy(): boolean {
    return this.#haggling.state === 'asked' || this.#haggling.state === 'listing';
  }

  /** Whether it is the host's turn: to answer, to send what is ready of a list, or to put TLS on the connection. */
  get waitsForHost(): boolean {
    return this.isBusy || this.#haggling.state === 'securing';
  }

  /** From now on every option but ABORT is answered with ERR_SHUTDOWN (C-054). */
  shutDown(): void {
    this.#haggling.shutDown();
  }

  /**
   * The next question; a reason when the session is over; undefined when something must happen first.
   *
   * @throws WireError if the stream is not one of options
   */
  next(): Question | SecureAsked | EndReason | undefined {
    for (;;) {
      const step = this.#step();
      if (step !== 'again') return step;
    }
  }

  end(): void {
    this.#state = 'ended';
    this.#reader.forget();
    this.#haggling.end();
  }

  grantList(exports: Iterable<ServerReply>): void {
    this.#haggling.grantList(exports);
  }

  grantContexts(available: readonly AvailableContext[]): void {
    this.#haggling.grantContexts(available);
  }

  grantExport(facts: ExportFacts): void {
    this.#haggling.grantExport(facts, this.#clientFlags);
  }

  refuse(type: OptionReply, text: string): EndReason | undefined {
    return this.#haggling.refuse(type, text);
  }

  secured(): void {
    this.#haggling.secured();
  }

  #step(): Step {
    switch (this.#state) {
      case 'client-flags':
        return this.#readClientFlags();
      case 'option':
        return this.#readOption();
      case 'data':
        return this.#readData();
      case 'haggling':
        return this.#goOn();
      case 'ended':
        return undefined;
    }
  }

  #readClientFlags(): Step {
    if (!this.#inbox.header(CLIENT_FLAGS_BYTES)) return undefined;
    const { clientFlags } = decodeClientFlags(this.#inbox.view, this.#inbox.at, { clientFlags: 0 });
    if ((clientFlags & ~FLAGS_OFFERED) !== 0) return 'unknown-client-flags';
    this.#clientFlags = clientFlags;
    this.#state = 'option';
    return 'again';
  }

  #readOption(): Step {
    if (!this.#reader.readHeader()) return undefined;
    const { option, length } = this.#reader;
    const { limits } = this.#policy;
    this.#options++;
    const optionsMax = limits.optionsMax + OPTIONS_PER_LISTED * this.#haggling.listed;
    if (this.#options > optionsMax) return 'too-many-options';
    if (length > limits.optionDrainBytesMax) return 'option-too-long';
    const isFixed = (this.#clientFlags & ClientFlag.FIXED_NEWSTYLE) !== 0;
    if (!isFixed && option !== Option.EXPORT_NAME) return 'not-fixed-newstyle';
    this.#refusal = this.#haggling.begin(option, length);
    if (this.#refusal !== undefined && option === Option.EXPORT_NAME) return 'refused';
    if (this.#refusal !== undefined || option === Option.ABORT) this.#reader.drop();
    else this.#reader.keep();
    this.#state = 'data';
    return 'again';
  }

  #readData(): Step {
    const data = this.#reader.takeData();
    if (data === undefined) return undefined;
    this.#state = 'haggling';
    if (this.#refusal !== undefined) {
      this.#haggling.conclude(this.#refusal);
      return 'again';
    }
    const isLast = this.#inbox.length === 0;
    return this.#haggling.carryOut(this.#reader.option, data, isLast) ?? 'again';
  }

  /** The next option comes when the one in hand is answered. */
  #goOn(): Step {
    switch (this.#haggling.state) {
      case 'listing':
        return this.#haggling.advanceList() ? 'again' : undefined;
      case 'securing':
        return this.#inbox.length > 0 ? 'plaintext-after-starttls' : undefined;
      case 'ready':
        this.#state = 'option';
        return 'again';
      case 'asked':
      case 'entered':
        return undefined;
    }
  }
}

function greet(outbox: Outbox): void {
  outbox.reserve(GREETING_BYTES, false);
  const { slab, at } = outbox;
  const handshakeFlags = HandshakeFlag.FIXED_NEWSTYLE | HandshakeFlag.NO_ZEROES;
  outbox.commit(slab, at, encodeGreeting(slab.view, at, { handshakeFlags }));
}
