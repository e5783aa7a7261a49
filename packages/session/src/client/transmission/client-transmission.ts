/**
 * The transmission phase: requests out, replies in, and each request answered exactly once (K-032).
 * Spec: proto.md, "Transmission".
 *
 * Hot path.
 */
import { Command, ErrorCode, TransmissionFlag } from '@nbd/codec';
import type { Inbox } from '../../memory/inbox.ts';
import { UsageError } from '../../usage-error.ts';
import type { ClientOutbox } from '../client-outbox.ts';
import type { EnteredExport } from '../export-offer.ts';
import { checkCarriable, checkCommand } from './check-command.ts';
import { neverAnswered } from './client-failure.ts';
import type { Answered, ClientRequest } from './client-request.ts';
import { ReplyReader } from './reply-reader.ts';
import { RequestSlots } from './request-slots.ts';
import { RequestWriter } from './request-writer.ts';
import { settle } from './settle.ts';

export interface TransmissionRules {
  readonly strict: boolean;
  readonly extentsMax: number;
}

export class ClientTransmission {
  readonly entered: EnteredExport;
  readonly slots: RequestSlots = new RequestSlots();
  readonly replies: ReplyReader;
  readonly #writer: RequestWriter;
  readonly #strict: boolean;
  #disconnecting = false;
  #serverShutsDown = false;
  /** The request of the last event, whose slot may be used again at the next. */
  #told: ClientRequest | undefined;
  /** Why no more replies are read; undefined: they are. */
  #endText: string | undefined;

  constructor(
    entered: EnteredExport,
    inbox: Inbox,
    outbox: ClientOutbox,
    { strict, extentsMax }: TransmissionRules,
  ) {
    this.entered = entered;
    this.replies = new ReplyReader(inbox, this.slots, entered.replyMode, extentsMax);
    this.#writer = new RequestWriter(entered.replyMode === 'extended', outbox);
    this.#strict = strict;
  }

  /** Whether we have said DISC, and nothing is owed to us. */
  get isDone(): boolean {
    return this.#disconnecting && this.slots.inFlight === 0;
  }

  /** Whether the server may close here and break nothing. */
  get betweenMessages(): boolean {
    return this.slots.inFlight === 0 && this.replies.betweenMessages;
  }

  get serverShutsDown(): boolean {
    return this.#serverShutsDown;
  }

  /**
   * The next answer; undefined when something must happen first.
   *
   * @throws WireError, Violation
   */
  next(): Answered | undefined {
    if (this.#told !== undefined) {
      this.slots.recycle(this.#told);
      this.#told = undefined;
    }
    const request = this.#endText === undefined ? this.replies.next() : this.#fail(this.#endText);
    if (request === undefined) return undefined;
    this.slots.leave(request);
    this.#told = request;
    settle(request);
    if (request.failure === undefined) this.#succeeded(request);
    else if (request.failure.code === ErrorCode.ESHUTDOWN) this.#serverShutsDown = true;
    return request.answered;
  }

  /** No more replies will be read: `next` fails what is in flight, one after the other. */
  end(text: string): void {
    this.replies.end();
    this.#endText = text;
  }

  read(target: Uint8Array, flags: number, offset: number): ClientRequest {
    const request = this.#enter(Command.READ, flags, offset, target.length);
    request.target = target;
    this.#writer.bare(request);
    return request;
  }

  write(payload: Uint8Array, flags: number, offset: number): ClientRequest {
    const request = this.#enter(Command.WRITE, flags, offset, payload.length);
    this.#writer.write(request, payload);
    return request;
  }

  /** All that has neither data nor payload. */
  command(type: Command, flags: number, offset: number, length: number): ClientRequest {
    const request = this.#enter(type, flags, offset, length);
    this.#writer.bare(request);
    return request;
  }

  blockStatus(
    flags: number,
    offset: number,
    length: number,
    contextIds: readonly number[] | undefined,
  ): ClientRequest {
    if (contextIds !== undefined) this.#checkFilter(contextIds);
    const request = this.#enter(Command.BLOCK_STATUS, flags, offset, length);
    const { contexts } = this.entered;
    if (contextIds === undefined) {
      request.contexts = contexts;
      this.#writer.bare(request);
    } else {
      request.contexts = contexts.filter(({ id }) => contextIds.includes(id));
      this.#writer.filteredBlockStatus(request, contextIds);
    }
    return request;
  }

  disconnect(): void {
    this.#expectConversation();
    this.#disconnecting = true;
    this.#writer.disconnect();
  }

  #enter(type: Command, flags: number, offset: number, length: number): ClientRequest {
    this.#expectConversation();
    checkCarriable(type, offset, length, this.entered);
    if (this.#strict) checkCommand(type, flags, offset, length, this.entered);
    return this.slots.enter(type, flags, offset, length);
  }

  #expectConversation(): void {
    if (this.#disconnecting) throw new UsageError('expected no more requests after DISC');
  }

  /** A filter must be one that the form can carry and, if strict, that the server takes. */
  #checkFilter(contextIds: readonly number[]): void {
    if (!this.#writer.isExtended) {
      throw new UsageError('BLOCK_STATUS: only extended headers can carry a choice of contexts');
    }
    if (!this.#strict) return;
    const { transmissionFlags, contexts } = this.entered;
    if ((transmissionFlags & TransmissionFlag.BLOCK_STATUS_PAYLOAD) === 0) {
      throw new UsageError('BLOCK_STATUS: the export does not offer a choice of contexts');
    }
    const known = contextIds.filter((id) => contexts.some((context) => context.id === id));
    if (known.length === 0 || new Set(known).size !== contextIds.length) {
      throw new UsageError(
        `BLOCK_STATUS: expected ids of selected contexts, each once, found ${contextIds.join()}`,
      );
    }
  }

  #succeeded(request: ClientRequest): void {
    if (request.type === Command.RESIZE) this.entered.size = request.offset;
  }

  #fail(text: string): ClientRequest | undefined {
    const request = this.slots.first();
    if (request !== undefined) request.failure ??= neverAnswered(text);
    return request;
  }
}
