/**
 * The handshake: client flags, then options, until the client enters an export or leaves.
 * Spec: proto.md, "Fixed newstyle negotiation" and "Option types".
 *
 *   state         holds when                                  leaves on
 *   client-flags  the client has not answered the greeting    4 bytes in hand
 *   option        the next bytes are an option header         16 bytes in hand
 *   data          an option waits for its data                all of it in hand
 *   skip          data that we will not look at goes by       all of it dropped
 *   asked         the host has a question                     its answer
 *   listing       a list is being written                     its final reply
 *   entered       requests follow                             never
 *   ended         nothing more will be read                   never
 */
import {
  CLIENT_FLAGS_BYTES,
  ClientFlag,
  decodeClientFlags,
  decodeOptionHeader,
  encodeGreeting,
  GREETING_BYTES,
  HandshakeFlag,
  Option,
  OPTION_HEADER_BYTES,
  OptionReply,
  type ServerReply,
  spellOption,
  WireError,
} from '@nbd/codec';
import type { SessionLimits } from '../../limits.ts';
import { UsageError } from '../../usage-error.ts';
import type { EndReason, Question } from '../event.ts';
import type { Inbox } from '../inbox.ts';
import type { Outbox } from '../outbox.ts';
import type { ExportFacts } from '../transmission/export-facts.ts';
import { type Agreement, NOTHING_AGREED } from './agreement.ts';
import { Listing } from './listing.ts';
import { OptionData } from './option-data.ts';
import { OptionReplies } from './option-replies.ts';
import {
  describeExport,
  enterByName,
  readExportName,
  readInfoRequest,
  type Selection,
} from './select-export.ts';
import { mustBeEmpty, tooLong, unserved } from './unserved-options.ts';

type State =
  | 'client-flags'
  | 'option'
  | 'data'
  | 'skip'
  | 'asked'
  | 'listing'
  | 'entered'
  | 'ended';
type Step = Question | EndReason | 'again' | undefined;

const FLAGS_OFFERED = ClientFlag.FIXED_NEWSTYLE | ClientFlag.NO_ZEROES;

export class Handshake {
  readonly agreement: Agreement = NOTHING_AGREED;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #limits: SessionLimits;
  readonly #replies: OptionReplies;
  readonly #data: OptionData;
  readonly #header: { option: number; length: number } = { option: 0, length: 0 };
  #state: State = 'client-flags';
  #clientFlags = 0;
  #options = 0;
  /** What is still to be dropped in state skip, and what to do then. */
  #skipBytes = 0;
  #afterSkip: () => Step = () => 'again';
  #shuttingDown = false;
  #asked: Question | undefined;
  #listing: Listing | undefined;

  constructor(inbox: Inbox, outbox: Outbox, limits: SessionLimits) {
    this.#inbox = inbox;
    this.#outbox = outbox;
    this.#limits = limits;
    this.#replies = new OptionReplies(outbox);
    this.#data = new OptionData(inbox);
    this.#greet();
  }

  /** Whether requests follow. */
  get entered(): boolean {
    return this.#state === 'entered';
  }

  get wantsBytes(): boolean {
    return !this.waitsForHost && this.#state !== 'entered' && this.#state !== 'ended';
  }

  /** Whether the stream may end here. */
  get betweenMessages(): boolean {
    const between = this.#state === 'client-flags' || this.#state === 'option';
    return between && this.#inbox.length === 0;
  }

  /** Whether it is the host's turn: to answer a question, or to send what is ready of a list. */
  get waitsForHost(): boolean {
    return this.#state === 'asked' || this.#state === 'listing';
  }

  /** From now on every option but ABORT is answered with ERR_SHUTDOWN (C-054). */
  shutDown(): void {
    this.#shuttingDown = true;
  }

  /**
   * The next question; a reason when the session is over; undefined when something must happen first.
   *
   * @throws WireError if the stream is not one of options
   */
  next(): Question | EndReason | undefined {
    for (;;) {
      const step = this.#step();
      if (step !== 'again') return step;
    }
  }

  end(): void {
    this.#state = 'ended';
    this.#data.drop();
    this.#listing?.close();
  }

  /** The host's answer to `list`. */
  grantList(exports: Iterable<ServerReply>): void {
    this.#answer('list');
    this.#listing = new Listing(exports, this.#replies, this.#outbox);
    this.#state = 'listing';
  }

  /** The host's answer to `open`. */
  grantExport(facts: ExportFacts): void {
    const selection = this.#answer('open') as Selection;
    if (selection.option === Option.EXPORT_NAME) {
      enterByName(facts, this.#clientFlags, this.#outbox);
    } else {
      describeExport(facts, selection.infos, this.#replies);
    }
    if (selection.option !== Option.INFO) this.#state = 'entered';
  }

  /** The host's refusal of a question; a reason where the protocol has no reply for it (C-071). */
  refuse(type: OptionReply, text: string): EndReason | undefined {
    const question = this.#answer(undefined);
    if (question.kind === 'open' && question.option === Option.EXPORT_NAME) return 'refused';
    this.#replies.refuse(type, text);
    return undefined;
  }

  #greet(): void {
    this.#outbox.reserve(GREETING_BYTES, false);
    const { slab, at } = this.#outbox;
    const handshakeFlags = HandshakeFlag.FIXED_NEWSTYLE | HandshakeFlag.NO_ZEROES;
    this.#outbox.commit(slab, at, encodeGreeting(slab.view, at, { handshakeFlags }));
  }

  #step(): Step {
    switch (this.#state) {
      case 'client-flags':
        return this.#readClientFlags();
      case 'option':
        return this.#readOption();
      case 'data':
        return this.#readData();
      case 'skip':
        return this.#skip();
      case 'listing':
        return this.#list();
      case 'asked':
      case 'entered':
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
    if (!this.#inbox.header(OPTION_HEADER_BYTES)) return undefined;
    const { option, length } = decodeOptionHeader(this.#inbox.view, this.#inbox.at, this.#header);
    this.#options++;
    this.#replies.option = option;
    if (this.#options > this.#limits.optionsMax) return 'too-many-options';
    if (length > this.#limits.optionDrainBytesMax) return 'option-too-long';
    const isFixed = (this.#clientFlags & ClientFlag.FIXED_NEWSTYLE) !== 0;
    if (!isFixed && option !== Option.EXPORT_NAME) return 'not-fixed-newstyle';
    if (option === Option.ABORT) {
      return this.#drop(() => {
        this.#replies.acknowledge();
        return 'aborted';
      });
    }
    if (this.#shuttingDown) {
      return this.#reject(OptionReply.ERR_SHUTDOWN, 'the server is shutting down');
    }
    if (length > this.#limits.optionBytesMax) {
      const { type, text } = tooLong(option, this.#limits.optionBytesMax);
      return this.#reject(type, text);
    }
    this.#data.expect(length);
    this.#state = 'data';
    return 'again';
  }

  #readData(): Step {
    const data = this.#data.take();
    if (data === undefined) return undefined;
    this.#state = 'option';
    const { option } = this.#header;
    try {
      return this.#carryOut(option, data);
    } catch (error) {
      // What the peer put into an option is its own affair: the stream is still in step.
      if (!(error instanceof WireError)) throw error;
      if (option === Option.EXPORT_NAME) return 'refused';
      this.#replies.refuse(OptionReply.ERR_INVALID, `${spellOption(option)}: ${error.message}`);
      return 'again';
    }
  }

  #carryOut(option: number, data: Uint8Array): Step {
    switch (option) {
      case Option.LIST:
        mustBeEmpty(data);
        return this.#ask({ kind: 'list' });
      case Option.EXPORT_NAME:
        return this.#ask(readExportName(option, data));
      case Option.INFO:
      case Option.GO:
        return this.#ask(readInfoRequest(option, data));
      default: {
        const { type, text } = unserved(option, data);
        this.#replies.refuse(type, text);
        return 'again';
      }
    }
  }

  #list(): Step {
    if (this.#listing?.advance() === false) return undefined;
    this.#listing = undefined;
    this.#state = 'option';
    return 'again';
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
    this.#state = 'option';
    return asked;
  }

  /** Refuses the option in hand without looking at its data, which is dropped first (C-045). */
  #reject(type: OptionReply, text: string): Step {
    if (this.#header.option === Option.EXPORT_NAME) return 'refused';
    return this.#drop(() => {
      this.#replies.refuse(type, text);
      return 'again';
    });
  }

  /** Drops the data of the option in hand, and then goes on with `after`. */
  #drop(after: () => Step): Step {
    this.#skipBytes = this.#header.length;
    this.#afterSkip = after;
    this.#state = 'skip';
    return 'again';
  }

  #skip(): Step {
    this.#skipBytes -= this.#inbox.discard(this.#skipBytes);
    if (this.#skipBytes > 0) return undefined;
    this.#state = 'option';
    return this.#afterSkip();
  }
}
