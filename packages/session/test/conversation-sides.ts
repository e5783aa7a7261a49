/** The two who talk in a `conversation`: the client at the other end of the bytes, and the host of the session. */
import {
  decodeOptionReplyHeader,
  decodeText,
  type ErrorCode,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  type ServerReply,
} from '@nbd/codec';
import type {
  AvailableContext,
  Chunks,
  EndReason,
  ExportFacts,
  InFlight,
  Question,
  ServerEvent,
  ServerSession,
} from '../src/index.ts';
import { concat } from './client-bytes.ts';
import { expectBytes, expectEqual, expectFields } from './expectations.ts';

const POISON = 0xdb;

/** Runs the session as its docblock says, and collects its events and its output. */
export class Turns {
  readonly session: ServerSession;
  readonly events: ServerEvent[] = [];
  output: Uint8Array = new Uint8Array(0);

  constructor(session: ServerSession) {
    this.session = session;
  }

  take(): void {
    const { session } = this;
    for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
      if (event.kind === 'request') session.keepPayload(event);
      this.events.push(event);
    }
    for (let next = session.nextSegment(); next !== undefined; next = session.nextSegment()) {
      this.output = concat(this.output, next.bytes);
      next.slab?.release();
    }
    session.keepRest();
  }
}

export class Client {
  readonly #turns: Turns;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** Sends the parts in one piece. */
  says(...parts: readonly Uint8Array[]): void {
    const chunk = concat(...parts);
    this.#turns.session.receive(chunk);
    this.#turns.take();
    chunk.fill(POISON);
  }

  /** Will send no more. */
  leaves(): void {
    this.#turns.session.receiveEnd();
    this.#turns.take();
  }

  /** Has received exactly these bytes since it last looked. */
  hears(...parts: readonly Uint8Array[]): void {
    const expected = concat(...parts);
    const heard = this.#turns.output;
    this.#turns.output = new Uint8Array(0);
    expectBytes(heard, expected);
  }

  /** Drops what it has received. */
  hearsAnything(): void {
    this.heard();
  }

  /** Takes what it has received. */
  heard(): Uint8Array {
    const heard = this.#turns.output;
    this.#turns.output = new Uint8Array(0);
    return heard;
  }

  hearsNothing(): void {
    this.hears();
  }

  /** These bytes are the next that it has received. */
  hearsFirst(expected: Uint8Array): void {
    const heard = this.#turns.output;
    this.#turns.output = heard.subarray(expected.length);
    expectBytes(heard.subarray(0, expected.length), expected);
  }

  /** Has received this error reply, alone, and answers its text (C-044, C-051). */
  hearsRefusal(option: number, type: OptionReply): string {
    const heard = this.#turns.output;
    this.#turns.output = new Uint8Array(0);
    const view = new DataView(heard.buffer, heard.byteOffset, heard.byteLength);
    const head = decodeOptionReplyHeader(view, 0, { option: 0, type: 0, length: 0 });
    expectEqual(head, { option, type, length: heard.length - OPTION_REPLY_HEADER_BYTES });
    return decodeText(heard.subarray(OPTION_REPLY_HEADER_BYTES));
  }
}

export class Host {
  readonly #turns: Turns;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  isAsked(question: Question): void {
    expectFields(this.#turns.events.shift(), question);
  }

  /** Is given a request with these fields. */
  isGiven(fields: Partial<InFlight>): InFlight {
    const event = this.#turns.events.shift();
    expectFields(event, { kind: 'request', ...fields });
    return event as InFlight;
  }

  /** Is given nothing more: no request, no question and no end. */
  isIdle(): void {
    expectEqual(this.#turns.events, []);
  }

  /** The session is over, for this reason, with nothing before it. */
  hasEnded(reason: EndReason): void {
    expectEqual(this.#turns.events, [{ kind: 'ended', reason }]);
    expectFields(this.#turns.session, { phase: 'ended', wantsBytes: false });
  }

  lists(exports: Iterable<ServerReply>): void {
    this.#turns.session.grantList(exports);
    this.#turns.take();
  }

  grantsContexts(available: readonly AvailableContext[]): void {
    this.#turns.session.grantContexts(available);
    this.#turns.take();
  }

  /** Is to put TLS on the connection, and does. */
  secures(): void {
    expectEqual(this.#turns.events.shift(), { kind: 'secure' });
    this.#turns.session.secured();
    this.#turns.take();
  }

  /** Is to put TLS on the connection, and has not done so yet. */
  isToSecure(): void {
    expectEqual(this.#turns.events.shift(), { kind: 'secure' });
  }

  grants(facts: ExportFacts): void {
    this.#turns.session.grantExport(facts);
    this.#turns.take();
  }

  refuses(type: OptionReply = OptionReply.ERR_UNKNOWN, text = 'there is none'): void {
    this.#turns.session.refuse(type, text);
    this.#turns.take();
  }

  /** Answers as done; a READ with `data`. */
  finishes(request: InFlight, data?: Uint8Array): void {
    if (data !== undefined) this.#turns.session.reserveData(request).set(data);
    this.#turns.session.finish(request);
    this.#turns.take();
  }

  fails(request: InFlight, error: ErrorCode, offset?: number): void {
    this.#turns.session.fail(request, error, offset);
    this.#turns.take();
  }

  /** Sends a part of a READ. */
  sendsPiece(request: InFlight, offset: number, data: Uint8Array, last: boolean): void {
    const chunks = this.#turns.session.chunks as Chunks;
    const piece = chunks.reservePiece(request, offset, data.length, false);
    piece.target.set(data);
    chunks.sendPiece(piece, last);
    this.#turns.take();
  }

  /** Says that a part of a READ is zeroes. */
  sendsHole(request: InFlight, offset: number, length: number, last: boolean): void {
    (this.#turns.session.chunks as Chunks).sendHole(request, offset, length, last);
    this.#turns.take();
  }

  /** Sends the status of a context, told in runs of a length and flags; the answer to each was whether to go on. */
  sendsStatus(
    request: InFlight,
    contextId: number,
    runs: readonly (readonly [length: number, flags: number])[],
    last: boolean,
  ): readonly boolean[] {
    const chunks = this.#turns.session.chunks as Chunks;
    const status = chunks.beginStatus(request, contextId);
    const answers = runs.map(([length, flags]) => status.add(length, flags));
    chunks.sendStatus(status, last);
    this.#turns.take();
    return answers;
  }

  shutsDown(): void {
    this.#turns.session.shutDown();
    this.#turns.take();
  }

  leaves(): void {
    this.#turns.session.leave();
    this.#turns.take();
  }

  /** The channel is gone. */
  abandons(): void {
    this.#turns.session.abandon();
    this.#turns.take();
  }
}
