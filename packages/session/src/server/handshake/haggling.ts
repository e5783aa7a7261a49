/**
 * Carries out options, one at a time, and keeps what was agreed on.
 * Spec: proto.md, "Option types".
 *
 *   state     holds when                               leaves on
 *   ready     the next option may come                 an option
 *   asked     the host has a question                  its answer
 *   listing   a list is being written                  its final reply
 *   securing  the host puts TLS on the connection      `secured`
 *   entered   requests follow                          never
 */
import { Option, type OptionReply, type ServerReply, WireError } from '@nbd/codec';
import { UsageError } from '../../usage-error.ts';
import type { EndReason, Question, SecureAsked } from '../event.ts';
import type { Outbox } from '../outbox.ts';
import type { ExportFacts } from '../transmission/export-facts.ts';
import type { Terms } from '../../agreement/terms.ts';
import { type Agreement, NOTHING_AGREED, termsOf } from '../../agreement/agreement.ts';
import type { HandshakePolicy } from './handshake-policy.ts';
import { Listing } from './listing.ts';
import {
  type AvailableContext,
  type ContextsQuestion,
  matchingContexts,
  readContextsRequest,
} from './meta-context-options.ts';
import { OptionReplies } from './option-replies.ts';
import {
  invalid,
  mustBeEmpty,
  mustBeShort,
  NO_CHUNKS,
  NO_TLS,
  type Refusal,
  SHUTTING_DOWN,
  TLS_ALREADY,
  TLS_FIRST,
  tooLong,
  unknownOption,
} from './refusal.ts';
import { nextReplyMode } from './reply-mode-options.ts';
import {
  describeExport,
  enterByName,
  readExportName,
  readInfoRequest,
  type Selection,
} from './select-export.ts';

/** A question for the host, the end, or nothing: the option is answered. */
export type Outcome = Question | SecureAsked | EndReason | undefined;

export class Haggling {
  readonly #outbox: Outbox;
  readonly #policy: HandshakePolicy;
  readonly #replies: OptionReplies;
  #state: 'ready' | 'asked' | 'listing' | 'securing' | 'entered' = 'ready';
  #agreement: Agreement = NOTHING_AGREED;
  #secured = false;
  #terms: Terms | undefined;
  #shuttingDown = false;
  #asked: Question | undefined;
  #listing: Listing | undefined;
  #listed = 0;

  constructor(outbox: Outbox, policy: HandshakePolicy) {
    this.#outbox = outbox;
    this.#policy = policy;
    this.#replies = new OptionReplies(outbox);
  }

  get state(): 'ready' | 'asked' | 'listing' | 'securing' | 'entered' {
    return this.#state;
  }

  /** The terms on which the client has entered an export, once it has. */
  get terms(): Terms | undefined {
    return this.#terms;
  }

  /** How many exports the client has been told of: the most that one list had. */
  get listed(): number {
    return this.#listed;
  }

  shutDown(): void {
    this.#shuttingDown = true;
  }

  /** An option has come: from now on the replies are to it. Answers why it is refused whatever its data. */
  begin(option: number, length: number): Refusal | undefined {
    this.#replies.option = option;
    // A selection is gone with the next SET, whatever becomes of that (C-157).
    if (option === Option.SET_META_CONTEXT) this.#agree({ selection: undefined });
    if (option === Option.ABORT) return undefined;
    const inTheClear = this.#policy.tls === 'require' && !this.#secured;
    if (inTheClear && option !== Option.STARTTLS) return TLS_FIRST;
    if (this.#shuttingDown) return SHUTTING_DOWN;
    const bytesMax = this.#policy.limits.optionBytesMax;
    return length > bytesMax ? tooLong(option, bytesMax) : undefined;
  }

  /** Carries out the option that has begun; for ABORT the data does not matter. `isLast`: nothing has come behind it. */
  carryOut(option: number, data: Uint8Array, isLast: boolean): Outcome {
    try {
      return this.#outcomeOf(option, data, isLast);
    } catch (error) {
      // What the peer put into an option is its own affair: the stream is still in step.
      if (!(error instanceof WireError)) throw error;
      return option === Option.EXPORT_NAME ? 'refused' : this.conclude(invalid(option, error));
    }
  }

  /** The final reply to the option in hand. */
  conclude(refusal?: Refusal): undefined {
    if (refusal === undefined) this.#replies.acknowledge();
    else this.#replies.refuse(refusal);
  }

  /** Writes on at a list; true: it is whole, or there is none. */
  advanceList(): boolean {
    if (this.#listing?.advance() === false) return false;
    this.#listed = Math.max(this.#listed, this.#listing?.count ?? 0);
    this.#listing = undefined;
    this.#state = 'ready';
    return true;
  }

  end(): void {
    this.#listing?.close();
  }

  /** The host's answer to `list`. */
  grantList(exports: Iterable<ServerReply>): void {
    this.#answer('list');
    this.#listing = new Listing(exports, this.#replies, this.#outbox);
    this.#state = 'listing';
  }

  /** The host's answer to `contexts`. */
  grantContexts(available: readonly AvailableContext[]): void {
    const question = this.#answer('contexts') as ContextsQuestion;
    const isWide = this.#agreement.replyMode === 'extended';
    const told = isWide ? available : available.filter(({ wide }) => wide !== true);
    const contexts = matchingContexts(question, told);
    for (const { id, name } of contexts) this.#replies.metaContext({ contextId: id, name });
    if (question.option === Option.SET_META_CONTEXT) {
      this.#agree({ selection: { exportName: question.exportName, contexts } });
    }
    this.conclude();
  }

  /** The host's answer to `open`. */
  grantExport(facts: ExportFacts, clientFlags: number): void {
    const selection = this.#answer('open') as Selection;
    const terms = termsOf(this.#agreement, selection.exportName, facts.transmissionFlags);
    if (selection.option === Option.EXPORT_NAME) {
      enterByName(facts, terms, clientFlags, this.#outbox);
    } else {
      describeExport(facts, terms, selection.infos, this.#replies);
    }
    if (selection.option === Option.INFO) return;
    this.#terms = terms;
    this.#state = 'entered';
  }

  /** The host's refusal of a question; a reason where the protocol has no reply for it (C-071). */
  refuse(type: OptionReply, text: string): EndReason | undefined {
    const question = this.#answer(undefined);
    if (question.kind === 'open' && question.option === Option.EXPORT_NAME) return 'refused';
    return this.conclude({ type, text });
  }

  /** TLS is up: nothing that was said before it counts (C-091). */
  secured(): void {
    if (this.#state !== 'securing') throw new UsageError('TLS was not asked for');
    this.#agreement = NOTHING_AGREED;
    this.#secured = true;
    this.#state = 'ready';
  }

  #outcomeOf(option: number, data: Uint8Array, isLast: boolean): Outcome {
    switch (option) {
      case Option.ABORT:
        this.conclude();
        return 'aborted';
      case Option.LIST:
        mustBeEmpty(data);
        return this.#ask({ kind: 'list' });
      case Option.EXPORT_NAME:
        if (this.#agreement.replyMode === 'extended') return 'refused';
        return this.#askAbout(readExportName(option, data));
      case Option.INFO:
      case Option.GO:
        return this.#askAbout(readInfoRequest(option, data));
      case Option.STARTTLS:
        mustBeEmpty(data);
        return this.#startTls(isLast);
      case Option.STRUCTURED_REPLY:
      case Option.EXTENDED_HEADERS:
        mustBeEmpty(data);
        return this.#agreeOnReplyMode(option);
      case Option.SET_META_CONTEXT:
        if (this.#agreement.replyMode === 'simple') return this.conclude(NO_CHUNKS);
        return this.#askAbout(readContextsRequest(option, data));
      case Option.LIST_META_CONTEXT:
        return this.#askAbout(readContextsRequest(option, data));
      default:
        return this.conclude(unknownOption(option));
    }
  }

  /** What came in the clear behind STARTTLS could be anybody's (C-093). */
  #startTls(isLast: boolean): Outcome {
    if (this.#secured) return this.conclude(TLS_ALREADY);
    if (this.#policy.tls === 'off') return this.conclude(NO_TLS);
    if (!isLast) return 'plaintext-after-starttls';
    this.conclude();
    this.#state = 'securing';
    return { kind: 'secure' };
  }

  #agreeOnReplyMode(option: number): undefined {
    const next = nextReplyMode(option, this.#agreement.replyMode, this.#policy.replyModeMax);
    if (typeof next !== 'string') return this.conclude(next);
    this.#agree({ replyMode: next });
    return this.conclude();
  }

  #agree(change: Partial<Agreement>): void {
    this.#agreement = { ...this.#agreement, ...change };
  }

  /** @throws WireError for a name that is longer than it may be */
  #askAbout(question: Selection | ContextsQuestion): Question {
    const { nameBytesMax } = this.#policy.limits;
    mustBeShort(question.exportName, nameBytesMax);
    if (question.kind === 'contexts') {
      for (const query of question.queries) mustBeShort(query, nameBytesMax);
    }
    return this.#ask(question);
  }

  #ask(question: Question): Question {
    this.#asked = question;
    this.#state = 'asked';
    return question;
  }

  #answer(kind: Question['kind'] | undefined): Question {
    const asked = this.#asked;
    if (asked === undefined || (kind !== undefined && asked.kind !== kind)) {
      throw new UsageError(`there is no question of this kind: ${kind ?? 'any'}`);
    }
    this.#asked = undefined;
    this.#state = 'ready';
    return asked;
  }
}
