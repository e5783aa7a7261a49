/**
 * The server's side of one connection as a state machine without I/O: bytes in, events out, answers
 * in, bytes out. It has no clock, no socket and no promise, and a peer cannot make it throw.
 *
 * Methods are of four kinds: *input* (`receive`, `receiveEnd`, `shutDown`), *events* (`nextEvent`),
 * *answers* (`grant…`, `refuse`, `secured`, `finish`, `fail` with `reserveData`, `lendData` and `keepPayload`) and *output*
 * (`nextSegment`). After each input or answer, call `nextEvent` until it answers `undefined`, then
 * send every segment, and begin again if there was one: a long list goes on when its beginning has been sent. Then
 * call `keepRest`, and read on while `wantsBytes`.
 *
 *   phase         holds when
 *   handshake     options are spoken
 *   transmission  requests are
 *   ended         `ended` has been told; lent requests may still be answered
 */
import { type ErrorCode, type OptionReply, type ServerReply, WireError } from '@nbd/codec';
import { limitsWith, type SessionLimits } from '../limits.ts';
import { BufferPool } from '../memory/buffer-pool.ts';
import { UsageError } from '../usage-error.ts';
import type { EndReason, Ended, ServerEvent } from './event.ts';
import { Handshake } from './handshake/handshake.ts';
import type { TlsMode } from './handshake/handshake-policy.ts';
import type { AvailableContext } from './handshake/meta-context-options.ts';
import { Inbox } from '../memory/inbox.ts';
import { Outbox, type Segment } from './outbox.ts';
import type { Chunks } from './transmission/chunks.ts';
import type { DataPiece } from './transmission/data-piece.ts';
import type { ExportFacts } from './transmission/export-facts.ts';
import type { InFlight } from './transmission/in-flight.ts';
import type { ReplyMode, Terms } from '../agreement/terms.ts';
import { Transmission } from './transmission/transmission.ts';

export interface ServerSessionOptions {
  readonly limits?: Partial<SessionLimits>;
  /** Memory for payloads and replies, to be shared by the sessions of a server. Absent: its own. */
  readonly pool?: BufferPool;
  /** Whether clients may, or must, put TLS on the connection. Default: off. */
  readonly tls?: TlsMode;
  /** The best form of replies that a client may have. Default: extended. */
  readonly replyModeMax?: ReplyMode;
}

const NO_ERRORS: ReadonlyMap<number, number> = new Map();

/** The server's side of one connection, without I/O. A peer cannot make it throw; its host can, with a `UsageError`. */
export class ServerSession {
  readonly limits: SessionLimits;
  readonly #pool: BufferPool;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #handshake: Handshake;
  #transmission: Transmission | undefined;
  #shuttingDown = false;
  #inputEnded = false;
  /** Told as soon as the events before it are. */
  #ending: Ended | undefined;
  #ended = false;

  constructor({
    limits,
    pool = new BufferPool(),
    tls = 'off',
    replyModeMax = 'extended',
  }: ServerSessionOptions = {}) {
    this.limits = limitsWith(limits);
    this.#pool = pool;
    this.#inbox = new Inbox(pool);
    this.#outbox = new Outbox(pool);
    this.#handshake = new Handshake(this.#inbox, this.#outbox, {
      limits: this.limits,
      tls,
      replyModeMax,
    });
  }

  /** Which part of the conversation this is. */
  get phase(): 'handshake' | 'transmission' | 'ended' {
    if (this.#ended) return 'ended';
    return this.#transmission === undefined ? 'handshake' : 'transmission';
  }

  /** Whether more bytes would help. False: the host has something to answer first, or it is over. */
  get wantsBytes(): boolean {
    if (this.#ended || this.#inputEnded) return false;
    return (this.#transmission ?? this.#handshake).wantsBytes;
  }

  /** How many requests the host has not answered. */
  get inFlight(): number {
    return this.#transmission?.inFlight ?? 0;
  }

  /** Whether a question or a request waits for its answer, or a WRITE for the rest of its payload. */
  get isBusy(): boolean {
    if (this.#transmission === undefined) return this.#handshake.isBusy;
    return this.#transmission.isBusy;
  }

  /** Where a request is that is not done: with the host, or with the peer, which has sent a part of it. Undefined: there is none. */
  get waitsFor(): 'host' | 'peer' | undefined {
    const transmission = this.#transmission;
    if (this.inFlight > 0) return 'host';
    if (this.#ended || transmission === undefined || transmission.betweenMessages) return undefined;
    return transmission.wantsBytes ? 'peer' : 'host';
  }

  /** Error replies to requests so far, by ErrorCode. */
  get errors(): ReadonlyMap<number, number> {
    return this.#transmission?.answers.errors ?? NO_ERRORS;
  }

  /** Bytes to be sent. */
  get readyBytes(): number {
    return this.#outbox.readyBytes;
  }

  /** Takes bytes of the peer. They stay the caller's, and must stay as they are until `keepRest`. */
  receive(chunk: Uint8Array): void {
    if (!this.#ended) this.#inbox.receive(chunk);
  }

  /**
   * Where the next bytes of the peer belong, if nothing must be looked at before: the payload of a WRITE. A host that can
   * puts them there itself, from the start, and tells by `landed`, which saves a copy; or it gives them to
   * `receive` as ever, as it does when this is undefined. It holds until bytes have come or the session has ended.
   */
  get landing(): Uint8Array | undefined {
    return this.#ended ? undefined : this.#transmission?.landing;
  }

  /** Whether the peer writes much at a time. */
  get expectsLarge(): boolean {
    return this.#transmission?.expectsLarge === true;
  }

  /**
   * The first `bytes` bytes of `landing` are there.
   *
   * @throws UsageError if there is no room for so many
   */
  landed(bytes: number): void {
    if (this.#ended) return;
    if (!(bytes <= (this.landing?.length ?? 0))) {
      throw new UsageError(`expected no more bytes than there is a place for, found ${bytes}`);
    }
    this.#transmission?.landed(bytes);
  }

  /** The peer will send no more. */
  receiveEnd(): void {
    this.#inputEnded = true;
  }

  /** The peer is gone: nothing that it has said is looked at any more. */
  abandon(): void {
    const reason: EndReason = (this.#transmission ?? this.#handshake).betweenMessages
      ? 'closed'
      : 'closed-early';
    this.#ending ??= { kind: 'ended', reason };
  }

  /** We leave, without another word: for a host that has nothing more to answer. */
  leave(): void {
    this.#ending ??= { kind: 'ended', reason: 'left' };
  }

  /** From now on options and requests are answered that the server is shutting down (C-282). */
  shutDown(): void {
    this.#shuttingDown = true;
    this.#handshake.shutDown();
    this.#transmission?.shutDown();
  }

  /** The next thing that the host must act on; undefined: send the output and ask again, or read more if there is none. */
  nextEvent(): ServerEvent | undefined {
    if (this.#ended) return undefined;
    if (this.#ending === undefined) {
      const event = this.#advance();
      if (typeof event !== 'string') return event;
      this.#ending = { kind: 'ended', reason: event };
    }
    this.#ended = true;
    this.#handshake.end();
    this.#transmission?.end();
    // The host may still have payloads that lie in it, so its memory stays until `keepRest`.
    this.#inbox.discard(this.#inbox.length);
    return this.#ending;
  }

  /**
   * Answers `list`. An empty description stands for none. The entries are drawn as they are sent; if
   * that throws, the client is told that there is no list.
   */
  grantList(exports: Iterable<ServerReply>): void {
    this.#handshake.grantList(exports);
  }

  /** Answers `contexts` with all that the export has; which of them the client gets is the session's affair. */
  grantContexts(available: readonly AvailableContext[]): void {
    this.#handshake.grantContexts(available);
  }

  /**
   * Answers `open`. `facts` are those of the disk; what the client has agreed to is added to its flags. For GO
   * and EXPORT_NAME the transmission phase begins, and `facts` is its to keep.
   */
  grantExport(facts: ExportFacts): void {
    this.#handshake.grantExport(facts);
    const { terms } = this.#handshake;
    if (terms !== undefined) this.#enter(facts, terms);
  }

  /** Answers `secure`: TLS is up, and what is received from now on has come through it. */
  secured(): void {
    this.#handshake.secured();
  }

  /** Answers `list`, `contexts` or `open` with an error and a text for the person at the other end, one line. */
  refuse(type: OptionReply, text: string): void {
    const reason = this.#handshake.refuse(type, text);
    if (reason !== undefined) this.#ending = { kind: 'ended', reason };
  }

  /**
   * Makes the place for the data of a READ and lends it until `finish` or `fail`. Its content is
   * whatever the memory last held, so all of it must be overwritten. `apart`: not in line with the
   * replies of the same turn, which suits an answer that will take a while.
   */
  reserveData(request: InFlight, apart = false): Uint8Array {
    return this.#entered().answers.reserveData(request, apart);
  }

  /** Instead of filling the place of the data of a READ, or of a piece of one, tells where as much lies, to be a segment itself. */
  lendData(read: InFlight | DataPiece, data: Uint8Array): void {
    this.#entered().answers.lendData(read, data);
  }

  /** Makes the payload of a WRITE last until `finish` or `fail`. */
  keepPayload(request: InFlight): void {
    this.#entered().answers.keepPayload(request);
  }

  /** Answers a request as done. A READ must have its data reserved, and filled or lent. */
  finish(request: InFlight): void {
    this.#entered().answers.finish(request);
  }

  /** Answers a request with an error; where the form can say so, one at `offset`, which lies in the request. */
  fail(request: InFlight, error: ErrorCode, offset?: number): void {
    this.#entered().answers.fail(request, error, offset);
  }

  /** Answers in parts; undefined with simple replies, which have none. A BLOCK_STATUS only comes where they are. */
  get chunks(): Chunks | undefined {
    return this.#entered().chunks;
  }

  /** The next bytes to send; release the slab when they are gone. */
  nextSegment(): Segment | undefined {
    return this.#outbox.take();
  }

  /** Ends a turn: what is left of the received chunk is copied, and memory that is not in use given back. */
  keepRest(): void {
    this.#inbox.keepRest();
    this.#outbox.rest();
  }

  #entered(): Transmission {
    if (this.#transmission === undefined) throw new UsageError('there are no requests yet');
    return this.#transmission;
  }

  /** What the peer does wrong is an event; what we do wrong stays an exception. */
  #advance(): ServerEvent | EndReason | undefined {
    try {
      const machine = this.#transmission ?? this.#handshake;
      const event = machine.next();
      if (event !== undefined) return event;
      if (this.#inputEnded && !machine.waitsForHost) {
        return machine.betweenMessages ? 'closed' : 'closed-early';
      }
      return undefined;
    } catch (error) {
      if (error instanceof WireError) return error.code;
      throw error;
    }
  }

  #enter(facts: ExportFacts, terms: Terms): void {
    this.#transmission = new Transmission(facts, terms, {
      inbox: this.#inbox,
      outbox: this.#outbox,
      pool: this.#pool,
      limits: this.limits,
    });
    if (this.#shuttingDown) this.#transmission.shutDown();
  }
}
