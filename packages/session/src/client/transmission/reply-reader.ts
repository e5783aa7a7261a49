/**
 * Reads replies in any order. The data of a READ goes straight into its target as it arrives.
 * Spec: proto.md, "Simple reply message", "Structured reply types".
 *
 *   state    holds when                                      leaves on
 *   head     the next bytes are a reply, or a chunk          a head in hand
 *   content  a content chunk has not said where it belongs   its offset in hand
 *   data     content arrives in its target                   all of it in place
 *   hole     a hole has not said where it belongs            all of it in hand
 *   status   the extents of a context arrive                 the last of them
 *   error    the words of an error arrive                    all of them in hand
 *   skip     bytes that nobody wants go by                   all of them dropped
 *
 * Where the framing is in doubt the session ends; a reply that is whole and wrong fails its request and no more.
 *
 * Hot path: no allocation for a READ that is answered in one piece.
 */
import {
  ChunkType,
  Command,
  decodeOffsetDataHead,
  decodeOffsetHole,
  ErrorCode,
  OFFSET_DATA_HEAD_BYTES,
  OFFSET_HOLE_BYTES,
  ReplyFlag,
} from '@nbd/codec';
import type { Inbox } from '../../memory/inbox.ts';
import type { ReplyMode } from '../../agreement/terms.ts';
import { UsageError } from '../../usage-error.ts';
import { takeWhole } from '../take-whole.ts';
import { Violation } from '../violation.ts';
import { checkChunk } from './check-chunk.ts';
import { badReply, refused } from './client-failure.ts';
import type { ClientRequest } from './client-request.ts';
import { claimContent } from './content.ts';
import { readErrorChunk } from './error-chunk.ts';
import { ReplyHead } from './reply-head.ts';
import type { RequestSlots } from './request-slots.ts';
import { StatusReader } from './status-reader.ts';

type State = 'head' | 'content' | 'data' | 'hole' | 'status' | 'error' | 'skip';
type Step = ClientRequest | 'again' | undefined;

/** A chunk of a reply to nothing may be as long as the data of a request that all servers take. */
const STRAY_BYTES_MAX = OFFSET_DATA_HEAD_BYTES + 32 * 2 ** 20;

export class ReplyReader {
  readonly #inbox: Inbox;
  readonly #slots: RequestSlots;
  readonly #mode: ReplyMode;
  readonly #head: ReplyHead;
  readonly #statuses: StatusReader;
  #state: State = 'head';
  #strayReplies = 0;

  /** The request of the reply in hand; undefined: it is a stray one. */
  #request: ClientRequest | undefined;
  /** Whether the reply to it ends with what is in hand. */
  #isLast = false;
  /** The part of the target that state data fills, and how far it is. */
  #window: Uint8Array;
  #filled = 0;
  #skipBytes = 0;
  readonly #place: { offset: number; length: number } = { offset: 0, length: 0 };

  constructor(inbox: Inbox, slots: RequestSlots, mode: ReplyMode, extentsMax: number) {
    this.#inbox = inbox;
    this.#slots = slots;
    this.#mode = mode;
    this.#head = new ReplyHead(mode);
    this.#statuses = new StatusReader(mode === 'extended', extentsMax);
    this.#window = new Uint8Array(0);
  }

  /** Whether no message is half read. */
  get betweenMessages(): boolean {
    return this.#state === 'head' && this.#inbox.length === 0;
  }

  /** Replies to nothing, which were skipped. */
  get strayReplies(): number {
    return this.#strayReplies;
  }

  /** Where the next bytes of the server belong; undefined: they must be looked at first. */
  get landing(): Uint8Array | undefined {
    if (this.#state !== 'data' || this.#inbox.length > 0) return undefined;
    return this.#window.subarray(this.#filled);
  }

  /** The first `bytes` of `landing` are there. */
  landed(bytes: number): void {
    if (!(bytes <= (this.landing?.length ?? 0))) {
      throw new UsageError(`expected no more bytes than there is a place for, found ${bytes}`);
    }
    this.#filled += bytes;
  }

  /**
   * The next request of which the reply is over; undefined: more bytes are needed.
   *
   * @throws WireError, Violation
   */
  next(): ClientRequest | undefined {
    for (;;) {
      const step = this.#step();
      if (step !== 'again') return step;
    }
  }

  /** Nothing more will be read: clears what is missing of the data in hand. */
  end(): void {
    if (this.#state === 'data') this.#window.fill(0, this.#filled);
    this.#state = 'head';
  }

  #step(): Step {
    switch (this.#state) {
      case 'head':
        return this.#readHead();
      case 'content':
        return this.#readContentHead(this.#request as ClientRequest);
      case 'data':
        return this.#readData();
      case 'hole':
        return this.#readHole(this.#request as ClientRequest);
      case 'status':
        if (!this.#statuses.read(this.#inbox, this.#request as ClientRequest)) return undefined;
        return this.#over();
      case 'error':
        return this.#readError(this.#request as ClientRequest);
      case 'skip':
        return this.#skip();
    }
  }

  #readHead(): Step {
    const head = this.#head;
    if (!head.read(this.#inbox)) return undefined;
    const request = this.#slots.find(head.cookieHigh, head.cookieLow);
    this.#request = request;
    if (request === undefined) return this.#readStray();
    return head.isChunk ? this.#beginChunk(request) : this.#beginSimple(request);
  }

  /** What follows a simple reply depends on its request, so a stray one is the end (K-022). */
  #readStray(): Step {
    const { isChunk, length } = this.#head;
    if (!isChunk)
      throw new Violation('unknown-cookie', 'expected the cookie of a request in flight');
    if (length > STRAY_BYTES_MAX) {
      throw new Violation(
        'chunk-too-long',
        `a reply to no request: expected at most ${STRAY_BYTES_MAX} bytes, found ${length}`,
      );
    }
    this.#strayReplies++;
    this.#isLast = false;
    return this.#drop(length);
  }

  #beginSimple(request: ClientRequest): Step {
    const { error } = this.#head;
    this.#isLast = true;
    if (error !== ErrorCode.OK) {
      request.failure ??= refused(error);
      return this.#over();
    }
    if (request.type !== Command.READ) return this.#over();
    if (this.#mode === 'simple') return this.#fill(request, request.offset, request.length);
    // Whoever sends this sends the data, too (K-023).
    request.failure ??= badReply('a simple reply to a READ, where chunks were agreed on');
    return this.#drop(request.length);
  }

  #beginChunk(request: ClientRequest): Step {
    const { type, flags, offset, length } = this.#head;
    if (this.#mode === 'extended' && offset !== request.offset) {
      throw new Violation(
        'bad-chunk',
        `expected the offset of the request in the head, ${request.offset}, found ${offset}`,
      );
    }
    checkChunk(this.#head, request, this.#mode === 'extended');
    this.#isLast = (flags & ReplyFlag.DONE) !== 0;
    switch (type) {
      case ChunkType.NONE:
        return this.#over();
      case ChunkType.OFFSET_DATA:
        return this.#enter('content');
      case ChunkType.OFFSET_HOLE:
        return this.#enter('hole');
      case ChunkType.BLOCK_STATUS:
      case ChunkType.BLOCK_STATUS_EXT:
        this.#statuses.begin(length);
        return this.#enter('status');
      default:
        return this.#enter('error');
    }
  }

  #readContentHead(request: ClientRequest): Step {
    if (!this.#inbox.header(OFFSET_DATA_HEAD_BYTES)) return undefined;
    const { offset } = decodeOffsetDataHead(this.#inbox.view, this.#inbox.at, this.#place);
    return this.#fill(request, offset, this.#head.length - OFFSET_DATA_HEAD_BYTES);
  }

  /** Content of `length` bytes for `offset` of the export follows. */
  #fill(request: ClientRequest, offset: number, length: number): Step {
    const fault = claimContent(request, offset, length);
    if (fault !== undefined) {
      request.failure ??= badReply(fault);
      return this.#drop(length);
    }
    const { target } = request;
    const at = offset - request.offset;
    this.#window = length === target.length ? target : target.subarray(at, at + length);
    this.#filled = 0;
    return this.#enter('data');
  }

  #readData(): Step {
    this.#filled = this.#inbox.fill(this.#window, this.#filled);
    return this.#filled < this.#window.length ? undefined : this.#over();
  }

  #readHole(request: ClientRequest): Step {
    if (!this.#inbox.header(OFFSET_HOLE_BYTES)) return undefined;
    const { offset, length } = decodeOffsetHole(this.#inbox.view, this.#inbox.at, this.#place);
    const fault = claimContent(request, offset, length);
    if (fault !== undefined) request.failure ??= badReply(fault);
    else request.target.fill(0, offset - request.offset, offset - request.offset + length);
    return this.#over();
  }

  #readError(request: ClientRequest): Step {
    const payload = takeWhole(this.#inbox, this.#head.length);
    if (payload === undefined) return undefined;
    const failure = readErrorChunk(this.#head.type, payload, request);
    request.failure ??= failure;
    return this.#over();
  }

  #drop(bytes: number): Step {
    this.#skipBytes = bytes;
    return this.#enter('skip');
  }

  #skip(): Step {
    this.#skipBytes -= this.#inbox.discard(this.#skipBytes);
    return this.#skipBytes > 0 ? undefined : this.#over();
  }

  #enter(state: State): 'again' {
    this.#state = state;
    return 'again';
  }

  /** What was in hand is read. */
  #over(): Step {
    this.#state = 'head';
    return this.#isLast ? this.#request : 'again';
  }
}
