/**
 * A scripted server for a `ClientSession`, without I/O, so that a test reads like a transcript:
 *
 *   const server = clientTranscript();
 *   server.says(greeting());
 *   expectTold(server, { kind: 'greeted', fixedNewstyle: true });
 *   expectSent(server, clientFlags(3));
 *   server.session.list();
 *   expectSent(server, option(Option.LIST));
 *
 * What was received is overwritten as soon as the session has had its turn, as a transport would.
 */
import { Option, TransmissionFlag } from '@nbd/codec';
import {
  BufferPool,
  type ClientEvent,
  type ClientFailure,
  ClientSession,
  type ClientSessionOptions,
  type ContextStatus,
  type ReplyMode,
} from '../../src/index.ts';
import { concat } from '../client-bytes.ts';
import { expectBytes, expectEqual } from '../expectations.ts';
import { ack, exportInfo, greeting, info, metaContext } from '../server-bytes.ts';

const POISON = 0xdb;

/** An answer, copied: the request itself is used again. */
export interface ToldAnswer {
  readonly kind: 'answered';
  readonly tag: unknown;
  readonly type: number;
  readonly failure: ClientFailure | undefined;
  readonly statuses: readonly ContextStatus[];
}

export type Told = Exclude<ClientEvent, { kind: 'answered' }> | ToldAnswer;

export class ClientTranscript {
  readonly pool: BufferPool;
  readonly session: ClientSession;
  /** Whether the host puts data of READs where it belongs by itself. */
  lands = false;
  #told: Told[] = [];

  constructor(options: ClientSessionOptions) {
    this.pool = options.pool ?? new BufferPool();
    this.session = new ClientSession({ ...options, pool: this.pool });
  }

  /** The session receives these bytes in one piece, but for what lands. */
  says(...parts: readonly Uint8Array[]): void {
    const chunk = this.#land(concat(...parts));
    this.session.receive(chunk);
    this.#turn();
    chunk.fill(POISON);
  }

  /** Puts the first of the bytes where they belong, if this is such a host; answers the others. */
  #land(bytes: Uint8Array): Uint8Array {
    const place = this.lands ? this.session.landing : undefined;
    if (place === undefined || bytes.length === 0) return bytes;
    const landed = bytes.subarray(0, place.length);
    place.set(landed);
    this.session.landed(landed.length);
    this.#turn();
    return this.#land(bytes.subarray(landed.length));
  }

  /** The session receives these bytes one by one. */
  saysSlowly(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) this.says(bytes.subarray(at, at + 1));
  }

  /** The server closes. */
  closes(): void {
    this.session.receiveEnd();
    this.#turn();
  }

  /** The connection breaks. */
  breaks(): void {
    this.session.abandon();
    this.#turn();
  }

  /** What the session has sent since the last time. */
  heard(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (
      let segment = this.session.nextSegment();
      segment !== undefined;
      segment = this.session.nextSegment()
    ) {
      parts.push(segment.bytes.slice());
      segment.slab?.release();
    }
    this.session.keepRest();
    return concat(...parts);
  }

  /** All events since the last time. */
  events(): Told[] {
    this.#turn();
    const told = this.#told;
    this.#told = [];
    return told;
  }

  /** The reason of the end, which was the last event. */
  ended(): string {
    const last = this.events().at(-1);
    return last?.kind === 'ended' ? last.reason : `not ended, but ${last?.kind}`;
  }

  #turn(): void {
    for (
      let event = this.session.nextEvent();
      event !== undefined;
      event = this.session.nextEvent()
    ) {
      this.#told.push(event.kind === 'answered' ? copyOf(event) : event);
    }
    this.session.keepRest();
  }
}

function copyOf({ request }: Extract<ClientEvent, { kind: 'answered' }>): ToldAnswer {
  const { tag, type, failure, statuses } = request;
  return { kind: 'answered', tag, type, failure, statuses };
}

/** The session has sent these bytes, and no others, since the last time. */
export function expectSent(server: ClientTranscript, ...parts: readonly Uint8Array[]): void {
  expectBytes(server.heard(), concat(...parts));
}

/** The session has told these events, and no others, since the last time. */
export function expectTold(server: ClientTranscript, ...expected: readonly object[]): void {
  expectEqual(server.events(), expected);
}

/** A session that has heard nothing yet. */
export function clientTranscript(options: ClientSessionOptions = {}): ClientTranscript {
  return new ClientTranscript(options);
}

/** A session that has been greeted by a server that can do everything. */
export function greeted(options: ClientSessionOptions = {}): ClientTranscript {
  const server = clientTranscript(options);
  server.says(greeting());
  server.events();
  server.heard();
  return server;
}

/** Every feature there is. */
export const EVERYTHING: number = Object.values(TransmissionFlag)
  .filter((flag) => flag !== TransmissionFlag.READ_ONLY)
  .reduce<number>((all, flag) => all | flag, 0);

export interface Entering extends ClientSessionOptions {
  readonly replyMode?: ReplyMode;
  readonly size?: number;
  readonly transmissionFlags?: number;
  /** Names of contexts; their ids are 1, 2 and so on. */
  readonly contexts?: readonly string[];
  /** Minimum and largest payload. */
  readonly blockSize?: readonly [minimum: number, payloadMax: number];
}

/** A session that has entered the export "disk", of 64 KiB if nothing else is said. */
export function entered({
  replyMode = 'simple',
  size = 65_536,
  transmissionFlags = EVERYTHING,
  contexts = [],
  blockSize,
  ...options
}: Entering = {}): ClientTranscript {
  const server = greeted(options);
  const { session } = server;
  if (replyMode === 'structured') {
    session.requestStructuredReplies();
    server.says(ack(Option.STRUCTURED_REPLY));
  } else if (replyMode === 'extended') {
    session.requestExtendedHeaders();
    server.says(ack(Option.EXTENDED_HEADERS));
  }
  if (contexts.length > 0) {
    session.setContexts('disk', contexts);
    const replies = contexts.map((name, i) => metaContext(Option.SET_META_CONTEXT, i + 1, name));
    server.says(...replies, ack(Option.SET_META_CONTEXT));
  }
  session.go('disk');
  server.says(exportInfo(Option.GO, size, transmissionFlags));
  if (blockSize !== undefined) {
    const [minimum, payloadMax] = blockSize;
    server.says(info(Option.GO, { kind: 'block-size', minimum, preferred: 4096, payloadMax }));
  }
  server.says(ack(Option.GO));
  server.events();
  server.heard();
  return server;
}
