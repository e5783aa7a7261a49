/**
 * The handshake: a greeting, then options, one at a time, until an export is entered or we leave.
 * Spec: proto.md, "Fixed newstyle negotiation" and "Option types".
 *
 *   state        holds when                               leaves on
 *   greeting     the server has not greeted us            its greeting
 *   idle         it is our turn (K-004)                   an option
 *   asking       an option waits for its replies          the final one
 *   export-name  EXPORT_NAME waits for its answer         all of it in hand
 *   securing     the host puts TLS on the connection      `secured`
 *   entered      requests follow                          never
 */
import {
  CLIENT_FLAGS_BYTES,
  ClientFlag,
  decodeExportNameReply,
  encodeClientFlags,
  measureExportNameReply,
  Option,
  OptionReply,
  spellOption,
} from '@nbd/codec';
import { type Agreement, NOTHING_AGREED } from '../../agreement/agreement.ts';
import type { Inbox } from '../../memory/inbox.ts';
import { UsageError } from '../../usage-error.ts';
import type { ClientEvent, Entered, Greeted, OptionAnswer } from '../client-event.ts';
import type { ClientOutbox } from '../client-outbox.ts';
import { readGreeting, type ServerGreeting } from '../greeting.ts';
import { takeWhole } from '../take-whole.ts';
import { Violation } from '../violation.ts';
import { cleanTransmissionFlags } from './clean-flags.ts';
import { enterExport } from './enter-export.ts';
import type { OptionGathering } from './option-gathering.ts';
import { OptionReplyReader } from './option-reply-reader.ts';

type State = 'greeting' | 'idle' | 'asking' | 'export-name' | 'securing' | 'entered';

/** The client flags are the handshake flags that we know, under the same bits (K-003). */
const FLAGS_KNOWN = ClientFlag.FIXED_NEWSTYLE | ClientFlag.NO_ZEROES;

export interface HandshakeRules {
  readonly oldstyle: boolean;
  readonly tlsRequired: boolean;
  readonly strict: boolean;
  readonly optionRepliesBytesMax: number;
}

export class ClientHandshake {
  readonly #inbox: Inbox;
  readonly #outbox: ClientOutbox;
  readonly #rules: HandshakeRules;
  readonly #replies: OptionReplyReader;
  #state: State = 'greeting';
  #clientFlags = 0;
  #agreement: Agreement = NOTHING_AGREED;
  #secured = false;
  #serverShutsDown = false;
  /** What the option of state asking gathers. */
  #gathering: OptionGathering | undefined;
  /** The name that state export-name waits for. */
  #exportName = '';

  constructor(inbox: Inbox, outbox: ClientOutbox, rules: HandshakeRules) {
    this.#inbox = inbox;
    this.#outbox = outbox;
    this.#rules = rules;
    this.#replies = new OptionReplyReader(inbox, rules.optionRepliesBytesMax);
  }

  get isGreeted(): boolean {
    return this.#state !== 'greeting';
  }

  /** Whether an option waits for its answer. */
  get isAsking(): boolean {
    return this.#state === 'asking' || this.#state === 'export-name';
  }

  /** Whether it is the host's turn, to put TLS on the connection: bytes in the clear are nothing to us. */
  get isSecuring(): boolean {
    return this.#state === 'securing';
  }

  /** Whether ABORT can be said now, and would be understood. */
  get canAbort(): boolean {
    return this.#state === 'idle' && this.#isFixedNewstyle;
  }

  /** Whether the server may close here and break nothing. */
  get betweenMessages(): boolean {
    return this.#state === 'idle' && this.#inbox.length === 0;
  }

  get serverShutsDown(): boolean {
    return this.#serverShutsDown;
  }

  get agreement(): Agreement {
    return this.#agreement;
  }

  /**
   * The next event; undefined when something must happen first.
   *
   * @throws WireError, Violation
   */
  next(): ClientEvent | undefined {
    switch (this.#state) {
      case 'greeting':
        return this.#readGreeting();
      case 'idle':
        return this.#expectSilence();
      case 'asking':
        return this.#readReplies(this.#gathering as OptionGathering);
      case 'export-name':
        return this.#readExportNameReply();
      case 'securing':
      case 'entered':
        return undefined;
    }
  }

  /** @throws UsageError if `option` cannot be asked for now */
  expectTurnFor(option: Option): void {
    if (this.#state !== 'idle') {
      const found = this.isAsking ? 'another option is unanswered' : `this is ${this.#state}`;
      throw new UsageError(`${spellOption(option)}: expected our turn to ask, but ${found}`);
    }
    if (option === Option.ABORT) return;
    const { tlsRequired, strict } = this.#rules;
    if (tlsRequired && !this.#secured && option !== Option.STARTTLS) {
      throw new UsageError(`${spellOption(option)}: TLS is required, so STARTTLS must come first`);
    }
    if (strict) this.#expectLawful(option);
  }

  /** An option was said, and its replies are gathered. */
  ask(gathering: OptionGathering): void {
    if (gathering.option === Option.SET_META_CONTEXT) this.#select(undefined);
    this.#gathering = gathering;
    this.#replies.reset();
    this.#state = 'asking';
  }

  /** EXPORT_NAME was said. */
  askByName(exportName: string): void {
    this.#exportName = exportName;
    this.#state = 'export-name';
  }

  /** TLS is on the connection. */
  secured(): void {
    if (this.#state !== 'securing')
      throw new UsageError('expected TLS to be asked for, and granted');
    this.#inbox.clear();
    this.#agreement = NOTHING_AGREED;
    this.#secured = true;
    this.#state = 'idle';
  }

  get #isFixedNewstyle(): boolean {
    return (this.#clientFlags & ClientFlag.FIXED_NEWSTYLE) !== 0;
  }

  #readGreeting(): Greeted | Entered | undefined {
    const greeting = readGreeting(this.#inbox);
    if (greeting === undefined) return undefined;
    if (greeting.kind === 'oldstyle') return this.#enterOldstyle(greeting);
    this.#clientFlags = greeting.handshakeFlags & FLAGS_KNOWN;
    const fixedNewstyle = this.#isFixedNewstyle;
    if (this.#rules.tlsRequired && !fixedNewstyle) {
      throw new Violation('not-fixed-newstyle', 'expected a server that can be asked for TLS');
    }
    this.#outbox.append(CLIENT_FLAGS_BYTES);
    encodeClientFlags(this.#outbox.slab.view, this.#outbox.at, { clientFlags: this.#clientFlags });
    this.#state = 'idle';
    return { kind: 'greeted', fixedNewstyle };
  }

  #enterOldstyle(greeting: ServerGreeting & { readonly kind: 'oldstyle' }): Entered {
    if (!this.#rules.oldstyle || this.#rules.tlsRequired) {
      throw new Violation('oldstyle', 'expected a newstyle greeting, found an oldstyle one');
    }
    return this.#enter('', greeting.size, greeting.transmissionFlags);
  }

  /** A server that speaks when it is not asked is not to be understood. */
  #expectSilence(): undefined {
    if (this.#inbox.length === 0) return undefined;
    throw new Violation('bad-option-reply', 'expected nothing from the server, found a reply');
  }

  #readReplies(gathering: OptionGathering): OptionAnswer | undefined {
    const final = this.#replies.read(gathering);
    if (final === undefined) return undefined;
    this.#gathering = undefined;
    this.#state = 'idle';
    const { type, text } = final;
    if (type === OptionReply.ACK) return this.#grant(gathering.finish(this.#agreement));
    if (type === OptionReply.ERR_SHUTDOWN) this.#serverShutsDown = true;
    return { kind: 'refused', option: gathering.option, type, text };
  }

  /** What an ACK changes. */
  #grant(answer: OptionAnswer): OptionAnswer {
    switch (answer.kind) {
      case 'reply-mode':
        this.#agreement = { ...this.#agreement, replyMode: answer.replyMode };
        break;
      case 'contexts-set':
        this.#select(answer);
        break;
      case 'secure':
        this.#state = 'securing';
        break;
      case 'entered':
        this.#state = 'entered';
        break;
      case 'listed':
      case 'contexts-listed':
      case 'info':
      case 'refused':
        break;
    }
    return answer;
  }

  #readExportNameReply(): Entered | undefined {
    const zeroes = (this.#clientFlags & ClientFlag.NO_ZEROES) === 0;
    const reply = takeWhole(this.#inbox, measureExportNameReply({ zeroes }));
    if (reply === undefined) return undefined;
    const { size, transmissionFlags } = decodeExportNameReply(reply);
    return this.#enter(this.#exportName, size, transmissionFlags);
  }

  /** Enters an export of which no more is known. */
  #enter(name: string, size: number, flags: number): Entered {
    const transmissionFlags = cleanTransmissionFlags(flags, this.#agreement.replyMode);
    const offer = { name, description: undefined, size, transmissionFlags, blockSize: undefined };
    const entered = enterExport(offer, name, this.#agreement);
    this.#state = 'entered';
    return { kind: 'entered', entered };
  }

  #select(selection: Agreement['selection']): void {
    this.#agreement = { ...this.#agreement, selection };
  }

  /** @throws UsageError if the server would have to refuse `option` */
  #expectLawful(option: Option): void {
    const { replyMode } = this.#agreement;
    const name = spellOption(option);
    if (option === Option.EXPORT_NAME) {
      if (replyMode === 'extended') {
        throw new UsageError(`${name}: extended headers are agreed on, so it must be GO`);
      }
      return;
    }
    if (!this.#isFixedNewstyle) {
      throw new UsageError(`${name}: this server knows no option but EXPORT_NAME`);
    }
    const isTwice =
      (option === Option.STARTTLS && this.#secured) ||
      (option === Option.EXTENDED_HEADERS && replyMode === 'extended') ||
      (option === Option.STRUCTURED_REPLY && replyMode !== 'simple');
    if (isTwice) throw new UsageError(`${name}: this is agreed on already`);
    if (option === Option.SET_META_CONTEXT && replyMode === 'simple') {
      throw new UsageError(`${name}: it needs structured replies or extended headers first`);
    }
  }
}
