/**
 * The two phases of a session one after the other, and its end: the only place where what the peer does wrong turns
 * from an exception into an event. What we do wrong stays one.
 */
import { WireError } from '@nbd/codec';
import { Inbox } from '../memory/inbox.ts';
import type { BufferPool } from '../memory/buffer-pool.ts';
import { UsageError } from '../usage-error.ts';
import type { ClientEnded, ClientEndReason, ClientEvent } from './client-event.ts';
import { ClientOutbox } from './client-outbox.ts';
import { ClientHandshake, type HandshakeRules } from './haggling/client-handshake.ts';
import { OptionAsker } from './haggling/option-asker.ts';
import { ClientTransmission, type TransmissionRules } from './transmission/client-transmission.ts';
import { Violation } from './violation.ts';

export type ConversationRules = HandshakeRules &
  TransmissionRules & {
    readonly contextsMax: number;
  };

export class ClientConversation {
  readonly inbox: Inbox;
  readonly outbox: ClientOutbox;
  readonly handshake: ClientHandshake;
  readonly #rules: ConversationRules;
  readonly #asker: OptionAsker;
  #transmission: ClientTransmission | undefined;
  #inputEnded = false;
  /** Told as soon as every request is answered. */
  #ending: ClientEnded | undefined;
  #ended = false;

  constructor(pool: BufferPool, rules: ConversationRules) {
    this.#rules = rules;
    this.inbox = new Inbox(pool);
    this.outbox = new ClientOutbox(pool);
    this.handshake = new ClientHandshake(this.inbox, this.outbox, rules);
    this.#asker = new OptionAsker(this.handshake, this.outbox, rules.contextsMax);
  }

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  get wantsBytes(): boolean {
    return this.#ending === undefined && !this.#inputEnded && !this.handshake.isSecuring;
  }

  /** Undefined: no export is entered yet. */
  get transmission(): ClientTransmission | undefined {
    return this.#transmission;
  }

  /** @throws UsageError if there are no options to be asked for */
  get options(): OptionAsker {
    if (this.#ending !== undefined) throw new UsageError('the session is over');
    return this.#asker;
  }

  /** @throws UsageError if no requests can be made */
  get requests(): ClientTransmission {
    if (this.#ending !== undefined) throw new UsageError('the session is over');
    if (this.#transmission === undefined) throw new UsageError('no export is entered yet');
    return this.#transmission;
  }

  receive(chunk: Uint8Array): void {
    if (this.#ending === undefined && !this.handshake.isSecuring) this.inbox.receive(chunk);
  }

  get landing(): Uint8Array | undefined {
    return this.#ending === undefined ? this.#transmission?.replies.landing : undefined;
  }

  /** @throws UsageError if there is no room for so many */
  landed(bytes: number): void {
    if (this.#ending === undefined) this.#transmission?.replies.landed(bytes);
  }

  receiveEnd(): void {
    this.#inputEnded = true;
  }

  abandon(): void {
    if (this.#ending === undefined) this.#end(this.#reasonOfClose, 'the connection is gone');
    this.outbox.clear();
  }

  /** @throws UsageError in the transmission phase */
  abort(): void {
    if (this.#ending !== undefined) return;
    if (this.#transmission !== undefined) throw new UsageError('expected DISC, not ABORT, by now');
    if (this.handshake.canAbort) this.options.abort();
    this.#end('aborted', '');
  }

  nextEvent(): ClientEvent | undefined {
    if (this.#ended) return undefined;
    const event = this.#advance() ?? this.#answered();
    if (event !== undefined) return event;
    this.#ended = this.#ending !== undefined;
    return this.#ending;
  }

  /** What the server has said; sets `#ending` when it is the last. */
  #advance(): ClientEvent | undefined {
    if (this.#ending !== undefined) return undefined;
    try {
      const event = (this.#transmission ?? this.handshake).next();
      if (event?.kind === 'entered') {
        const { inbox, outbox } = this;
        this.#transmission = new ClientTransmission(event.entered, inbox, outbox, this.#rules);
      }
      if (event !== undefined) return event;
    } catch (error) {
      if (error instanceof WireError) this.#end(error.code, error.message);
      else if (error instanceof Violation) this.#end(error.reason, error.message);
      else throw error;
      return undefined;
    }
    if (this.#transmission?.isDone === true) this.#end('disconnected', '');
    else if (this.#inputEnded) this.#end(this.#reasonOfClose, '');
    return undefined;
  }

  /** After the end, the requests that have not been answered. */
  #answered(): ClientEvent | undefined {
    return this.#ending === undefined ? undefined : this.#transmission?.next();
  }

  get #reasonOfClose(): ClientEndReason {
    return (this.#transmission ?? this.handshake).betweenMessages ? 'closed' : 'closed-early';
  }

  #end(reason: ClientEndReason, text: string): void {
    this.#ending = { kind: 'ended', reason, text };
    const why = text === '' ? reason : `${reason}: ${text}`;
    this.#transmission?.end(`the session was over before the reply: ${why}`);
    this.inbox.clear();
  }
}
