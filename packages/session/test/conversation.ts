/**
 * A scripted peer for a `ServerSession`, without I/O, so that a test reads like a transcript:
 *
 *   const { client, host } = conversation();
 *   client.hears(greeting());
 *   client.says(clientFlags(3), option(Option.LIST));
 *   host.isAsked({ kind: 'list' });
 *   host.lists([]);
 *   client.hears(ack(Option.LIST));
 *
 * What was received is overwritten as soon as the session has had its turn, as a transport would.
 */
import { type ErrorCode, Option, OPTION_REPLY_HEADER_BYTES, OptionReply } from '@nbd/codec';
import {
  decodeOptionReplyHeader,
  decodeText,
  type ServerReply,
  TransmissionFlag,
} from '@nbd/codec';
import {
  BufferPool,
  type EndReason,
  type ExportFacts,
  type InFlight,
  type Question,
  type ServerEvent,
  ServerSession,
  type SessionLimits,
} from '../src/index.ts';
import { clientFlags, concat, go } from './client-bytes.ts';
import { expectBytes, expectEqual, expectFields } from './expectations.ts';
import { ack, exportInfo, greeting } from './server-bytes.ts';

const POISON = 0xdb;

/** Every feature that can be had with simple replies. */
export const ALL_FLAGS: number =
  TransmissionFlag.HAS_FLAGS |
  TransmissionFlag.SEND_FLUSH |
  TransmissionFlag.SEND_FUA |
  TransmissionFlag.SEND_TRIM |
  TransmissionFlag.SEND_WRITE_ZEROES |
  TransmissionFlag.SEND_FAST_ZERO |
  TransmissionFlag.SEND_CACHE |
  TransmissionFlag.SEND_RESIZE;

/** An export of 64 KiB that can do everything, but for what `differing` says. */
export function factsOf(differing: Partial<ExportFacts> = {}): ExportFacts {
  return {
    name: 'disk',
    description: undefined,
    size: 65_536,
    transmissionFlags: ALL_FLAGS,
    blockMinimum: 1,
    blockPreferred: 4096,
    payloadMax: 32 * 2 ** 20,
    ...differing,
  };
}

export interface Conversation {
  readonly session: ServerSession;
  readonly pool: BufferPool;
  readonly client: Client;
  readonly host: Host;
}

export function conversation(
  limits: Partial<SessionLimits> = {},
  pool: BufferPool = new BufferPool(),
): Conversation {
  const session = new ServerSession({ limits, pool });
  const turns = new Turns(session);
  turns.take();
  return { session, pool, client: new Client(turns), host: new Host(turns) };
}

/** A conversation whose client has said its flags and heard the greeting. */
export function haggling(
  flags = 3,
  limits: Partial<SessionLimits> = {},
  pool?: BufferPool,
): Conversation {
  const talk = conversation(limits, pool);
  talk.client.hears(greeting());
  talk.client.says(clientFlags(flags));
  return talk;
}

/** A conversation that has entered the export of `facts`. */
export function entered(
  facts: ExportFacts = factsOf(),
  limits: Partial<SessionLimits> = {},
  pool?: BufferPool,
): Conversation {
  const talk = haggling(3, limits, pool);
  talk.client.says(go(facts.name));
  talk.host.isAsked({ kind: 'open', option: Option.GO, exportName: facts.name });
  talk.host.grants(facts);
  talk.client.hears(exportInfo(Option.GO, facts.size, facts.transmissionFlags), ack(Option.GO));
  return talk;
}

/** Runs the session as its docblock says, and collects its events and its output. */
class Turns {
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
      next.slab.release();
    }
    session.keepRest();
  }
}

class Client {
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

class Host {
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

  fails(request: InFlight, error: ErrorCode): void {
    this.#turns.session.fail(request, error);
    this.#turns.take();
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
