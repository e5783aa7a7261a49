/**
 * The client's side of one connection as a state machine without I/O: bytes in, events out, wishes in,
 * bytes out. It has no clock, no socket and no promise, and a peer cannot make it throw.
 *
 * Methods are of four kinds: *input* (`receive`, `receiveEnd`, `abandon`), *events* (`nextEvent`), *wishes*
 * (options before an export is entered, requests after) and *output* (`nextSegment`). After each input
 * or wish, call `nextEvent` until it answers `undefined`, then send every segment, then call `keepRest`, and
 * read on while `wantsBytes`. A wish may be uttered between two events, too.
 *
 *   phase         holds when
 *   greeting      the server has not said hello
 *   haggling      options are asked for, one at a time
 *   transmission  requests are made, many at a time
 *   ended         the session is over; `nextEvent` still tells what became of the requests, then `ended`
 *
 * An option is answered by one event, of its own kind or `refused`. A request is answered by `answered`.
 */
import { Command, Info, Option } from '@nbd/codec';
import { BufferPool } from '../memory/buffer-pool.ts';
import { ClientConversation } from './client-conversation.ts';
import type { ClientEvent } from './client-event.ts';
import { type ClientLimits, clientLimitsWith } from './client-limits.ts';
import type { ClientSegment } from './client-outbox.ts';
import type { EnteredExport } from './export-offer.ts';
import type { ClientRequest } from './transmission/client-request.ts';

/** All that this version understands. */
const INFOS_WANTED: readonly number[] = [Info.NAME, Info.DESCRIPTION, Info.BLOCK_SIZE];

export interface ClientSessionOptions {
  /** Whether to go on with an oldstyle server, which has one export and no options. Default false. */
  readonly oldstyle?: boolean;
  /**
   * Whether to refuse to speak in the clear: a server that cannot be asked for TLS ends the session, and
   * before `secured` there is no wish but `startTls` and `abort` (K-002). Default false.
   */
  readonly tlsRequired?: boolean;
  /**
   * Whether what the server would have to refuse is thrown at the caller, before anything is sent (K-018,
   * K-019). False is for tests of servers. Default true.
   */
  readonly strict?: boolean;
  readonly limits?: Partial<ClientLimits>;
  /** Memory for what is sent and received, to be shared by the sessions of a client. Absent: its own. */
  readonly pool?: BufferPool;
}

/** The client's side of one connection, without I/O. A peer cannot make it throw; its host can, with a `UsageError`. */
export class ClientSession {
  readonly limits: ClientLimits;
  readonly #conversation: ClientConversation;

  constructor({
    oldstyle = false,
    tlsRequired = false,
    strict = true,
    limits,
    pool = new BufferPool(),
  }: ClientSessionOptions = {}) {
    this.limits = clientLimitsWith(limits);
    const rules = { oldstyle, tlsRequired, strict, ...this.limits };
    this.#conversation = new ClientConversation(pool, rules);
  }

  /** Which part of the conversation this is. */
  get phase(): 'greeting' | 'haggling' | 'transmission' | 'ended' {
    const { isEnding, transmission, handshake } = this.#conversation;
    if (isEnding) return 'ended';
    if (transmission !== undefined) return 'transmission';
    return handshake.isGreeted ? 'haggling' : 'greeting';
  }

  /** Whether more bytes would help. False: the host has TLS to put on, or it is over. */
  get wantsBytes(): boolean {
    return this.#conversation.wantsBytes;
  }

  /** How many requests are not answered. */
  get inFlight(): number {
    return this.#conversation.transmission?.slots.inFlight ?? 0;
  }

  /** Bytes of data of the READs and WRITEs that are not answered. */
  get inFlightBytes(): number {
    return this.#conversation.transmission?.slots.inFlightBytes ?? 0;
  }

  /** Bytes to be sent. */
  get readyBytes(): number {
    return this.#conversation.outbox.readyBytes;
  }

  /** The export that requests go to; undefined: none yet. */
  get entered(): EnteredExport | undefined {
    return this.#conversation.transmission?.entered;
  }

  /** Whether an option waits for its answer. */
  get isAsking(): boolean {
    return this.#conversation.handshake.isAsking;
  }

  /** Whether the server has said that it shuts down: ask no more of it, but `disconnect` or `abort` (K-013). */
  get serverShutsDown(): boolean {
    const { transmission, handshake } = this.#conversation;
    return (transmission ?? handshake).serverShutsDown;
  }

  /** Chunks of replies to no request of ours, which were skipped (K-022). */
  get strayReplies(): number {
    return this.#conversation.transmission?.replies.strayReplies ?? 0;
  }

  /** Takes bytes of the server. They stay the caller's, and must stay as they are until `keepRest`. */
  receive(chunk: Uint8Array): void {
    this.#conversation.receive(chunk);
  }

  /**
   * Where the next bytes of the server belong, if nothing must be looked at before: data of a READ. A host that can puts them
   * there itself, from the start, and tells by `landed`, which saves a copy; or it gives them to `receive` as
   * ever, as it does when this is undefined. It holds until bytes have come or the session has ended.
   */
  get landing(): Uint8Array | undefined {
    return this.#conversation.landing;
  }

  /**
   * The first `bytes` bytes of `landing` are there.
   *
   * @throws UsageError if there is no room for so many
   */
  landed(bytes: number): void {
    this.#conversation.landed(bytes);
  }

  /** The server will send no more. */
  receiveEnd(): void {
    this.#conversation.receiveEnd();
  }

  /** The server is gone: nothing that it has said is looked at any more, nothing is sent, every request fails. */
  abandon(): void {
    this.#conversation.abandon();
  }

  /** The next thing that the host must know; undefined: send the output, then read more. */
  nextEvent(): ClientEvent | undefined {
    return this.#conversation.nextEvent();
  }

  /**
   * Asks for TLS: `secure`, or `refused`.
   *
   * All options: @throws UsageError if another one is unanswered (K-004), if this is not the time for it, or
   * (unless `strict` is false) if the server would have to refuse it; RangeError if a string cannot be sent.
   */
  startTls(): void {
    this.#conversation.options.startTls();
  }

  /** TLS is on the connection, and all that was agreed on before is forgotten (K-010). */
  secured(): void {
    this.#conversation.handshake.secured();
  }

  /** Asks for extended headers: `reply-mode`, or `refused`. */
  requestExtendedHeaders(): void {
    this.#conversation.options.replyMode(Option.EXTENDED_HEADERS, 'extended');
  }

  /** Asks for structured replies: `reply-mode`, or `refused`. */
  requestStructuredReplies(): void {
    this.#conversation.options.replyMode(Option.STRUCTURED_REPLY, 'structured');
  }

  /** Asks which exports there are: `listed`, or `refused`. */
  list(): void {
    this.#conversation.options.list();
  }

  /**
   * Asks which meta contexts an export has: `contexts-listed`, or `refused`. Queries are names, or
   * beginnings that end in a colon; none: all of them.
   */
  listContexts(exportName: string, queries: readonly string[]): void {
    this.#conversation.options.listContexts(exportName, queries);
  }

  /**
   * Selects meta contexts by name, in place of those selected before: `contexts-set`, or `refused`, which leaves
   * none selected (K-030). Needs structured replies or extended headers.
   */
  setContexts(exportName: string, queries: readonly string[]): void {
    this.#conversation.options.setContexts(exportName, queries);
  }

  /** Asks about an export: `info`, or `refused`. `infos` are Info, which the server may answer or not. */
  info(exportName: string, infos: readonly number[] = INFOS_WANTED): void {
    this.#conversation.options.info(exportName, infos);
  }

  /** Enters an export: `entered`, or `refused`. `infos` are Info, which the server may answer or not. */
  go(exportName: string, infos: readonly number[] = INFOS_WANTED): void {
    this.#conversation.options.go(exportName, infos);
  }

  /**
   * Enters an export in the way of servers that know no GO: `entered`, or the server closes. Not once
   * extended headers are agreed on (K-012).
   */
  exportName(exportName: string): void {
    this.#conversation.options.exportName(exportName);
  }

  /**
   * Leaves the haggling, which ends the session: ABORT is sent if it is our turn.
   *
   * @throws UsageError once an export is entered
   */
  abort(): void {
    this.#conversation.abort();
  }

  /**
   * Reads `target.length` bytes at `offset` into `target`, which is lent until the answer. Bytes that the server
   * did not send are then zero, also after a failure (K-026).
   *
   * All requests: `flags` are CommandFlag bits. @throws UsageError if no export is entered, the session is
   * over or `disconnect` was said, and (unless `strict` is false) for a command or flag that the export does not
   * offer; RangeError for an offset or length that the wire cannot carry, and (unless `strict` is
   * false) for one that is empty, beyond the export, against its block size or larger than its largest payload.
   */
  read(target: Uint8Array, offset: number, flags = 0): ClientRequest {
    return this.#conversation.requests.read(target, flags, offset);
  }

  /** Writes `payload` at `offset`. It is lent until the answer: a large one is not copied. */
  write(payload: Uint8Array, offset: number, flags = 0): ClientRequest {
    return this.#conversation.requests.write(payload, flags, offset);
  }

  /** Makes durable what was written, of the writes that are answered already, and no others (K-033). */
  flush(flags = 0): ClientRequest {
    return this.#conversation.requests.command(Command.FLUSH, flags, 0, 0);
  }

  trim(offset: number, length: number, flags = 0): ClientRequest {
    return this.#conversation.requests.command(Command.TRIM, flags, offset, length);
  }

  /** WRITE_ZEROES. */
  zero(offset: number, length: number, flags = 0): ClientRequest {
    return this.#conversation.requests.command(Command.WRITE_ZEROES, flags, offset, length);
  }

  cache(offset: number, length: number, flags = 0): ClientRequest {
    return this.#conversation.requests.command(Command.CACHE, flags, offset, length);
  }

  /**
   * Asks what the selected contexts say of a range; the answer is in `request.statuses`. `contextIds`: only
   * these, which needs TransmissionFlag.BLOCK_STATUS_PAYLOAD.
   */
  blockStatus(
    offset: number,
    length: number,
    flags = 0,
    contextIds?: readonly number[],
  ): ClientRequest {
    return this.#conversation.requests.blockStatus(flags, offset, length, contextIds);
  }

  /** Asks for another size of the export, bytes. */
  resize(size: number, flags = 0): ClientRequest {
    return this.#conversation.requests.command(Command.RESIZE, flags, size, 0);
  }

  /**
   * Says DISC: there will be no more requests, and the session ends when those in flight are answered
   * (K-034). Wait for them first if the server should have time for them.
   */
  disconnect(): void {
    this.#conversation.requests.disconnect();
  }

  /** The next bytes to send. When they are gone, release the slab, if there is one. */
  nextSegment(): ClientSegment | undefined {
    return this.#conversation.outbox.take();
  }

  /** Ends a turn: what is left of the received chunk is copied, and memory that is not in use given back. */
  keepRest(): void {
    this.#conversation.inbox.keepRest();
    this.#conversation.outbox.rest();
  }
}
