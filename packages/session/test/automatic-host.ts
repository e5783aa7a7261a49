/**
 * A host that answers every question and carries out every request on an array of bytes, at once or when it is
 * told to, and writes down what it saw. For properties over whole conversations.
 */
import { Command, ErrorCode, Option, OptionReply } from '@nbd/codec';
import {
  BufferPool,
  type Chunks,
  type InFlight,
  type Question,
  type ServerEvent,
  ServerSession,
  type SessionLimits,
  type TlsMode,
} from '../src/index.ts';
import { concat } from './client-bytes.ts';
import { factsOf } from './conversation.ts';

const POISON = 0xdb;

export interface AutomaticHostOptions {
  readonly limits?: Partial<SessionLimits>;
  /** Whether a request is answered in the turn in which it comes. Default: always. */
  readonly answersAtOnce?: (request: InFlight) => boolean;
  /** Whether a question is answered with an error. Default: none is. */
  readonly refuses?: (question: Question) => boolean;
  /** Whether a request is answered with an error. Default: none is. */
  readonly fails?: (request: InFlight) => boolean;
  /** Whether clients may, or must, have TLS, which only says that it is there. Default: off. */
  readonly tls?: TlsMode;
  /** Whether it puts payloads where they belong by itself. Default: no. */
  readonly lands?: boolean;
  /** Memory that other hosts may have used before. Default: its own. */
  readonly pool?: BufferPool;
}

export class AutomaticHost {
  readonly pool: BufferPool;
  readonly session: ServerSession;
  readonly disk: Uint8Array = new Uint8Array(65_536);
  /** Every event, in words. */
  readonly events: string[] = [];
  /** What has not been answered. */
  readonly lent: InFlight[] = [];
  /** Bytes of data behind the reply to a READ, by the lower half of its cookie. */
  readonly dataBytes: Map<number, number> = new Map<number, number>();
  /** Where in the output the answer to EXPORT_NAME is, if there was one. */
  exportNameAnswerAt: number | undefined;
  readonly #answersAtOnce: (request: InFlight) => boolean;
  readonly #refuses: (question: Question) => boolean;
  readonly #fails: (request: InFlight) => boolean;
  readonly #tls: TlsMode;
  readonly #lands: boolean;
  readonly #output: Uint8Array[] = [];
  #outputBytes = 0;
  #isSecuring = false;

  constructor({
    limits = {},
    answersAtOnce = () => true,
    refuses = () => false,
    fails = () => false,
    tls = 'off',
    lands = false,
    pool = new BufferPool(),
  }: AutomaticHostOptions = {}) {
    this.pool = pool;
    this.session = new ServerSession({ limits, pool: this.pool, tls });
    this.#answersAtOnce = answersAtOnce;
    this.#refuses = refuses;
    this.#fails = fails;
    this.#tls = tls;
    this.#lands = lands;
    this.turn();
  }

  get output(): Uint8Array {
    return concat(...this.#output);
  }

  /** Takes a chunk, which is overwritten once the session has had its turn. */
  receives(chunk: Uint8Array): void {
    const copy = this.#land(chunk.slice());
    this.session.receive(copy);
    this.turn();
    copy.fill(POISON);
  }

  /** Puts the first bytes where they belong, if this is such a host; answers the others. */
  #land(bytes: Uint8Array): Uint8Array {
    const place = this.#lands ? this.session.landing : undefined;
    if (place === undefined || bytes.length === 0) return bytes;
    const landed = bytes.subarray(0, place.length);
    place.set(landed);
    this.session.landed(landed.length);
    this.turn();
    return this.#land(bytes.subarray(landed.length));
  }

  /** Answers the lent request of this index, counted round. */
  answers(index: number): void {
    const [request] = this.lent.splice(index % Math.max(this.lent.length, 1), 1);
    if (request === undefined) return;
    this.#carryOut(request);
    this.turn();
  }

  answersAll(): void {
    while (this.lent.length > 0) this.answers(0);
  }

  /** The loop of `ServerSession`; once more if TLS has come. */
  turn(): void {
    this.#drain();
    if (this.#isSecuring && this.session.phase !== 'ended') {
      this.#isSecuring = false;
      this.session.secured();
      this.#drain();
    }
    const { phase, wantsBytes, isBusy } = this.session;
    if (phase !== 'ended' && !wantsBytes && !isBusy) throw new Error('S4: no progress is possible');
  }

  #drain(): void {
    const { session } = this;
    for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
      this.events.push(spell(event));
      this.#actOn(event);
    }
    for (let next = session.nextSegment(); next !== undefined; next = session.nextSegment()) {
      this.#output.push(next.bytes.slice());
      this.#outputBytes += next.bytes.length;
      next.slab?.release();
    }
    session.keepRest();
    const { readyBytes } = session;
    if (readyBytes > 0) throw new Error(`expected all output to be taken, found ${readyBytes}`);
  }

  #actOn(event: ServerEvent): void {
    switch (event.kind) {
      case 'list':
      case 'contexts':
      case 'open':
        if (this.#refuses(event))
          this.session.refuse(OptionReply.ERR_POLICY, 'as the test wants it');
        else this.#grant(event);
        break;
      case 'secure':
        if (this.#tls === 'off') throw new Error('expected no TLS, found STARTTLS granted');
        this.#isSecuring = true;
        break;
      case 'request':
        if (this.#answersAtOnce(event)) this.#carryOut(event);
        else {
          this.session.keepPayload(event);
          this.lent.push(event);
        }
        break;
      case 'ended':
        break;
    }
  }

  #grant(question: Question): void {
    switch (question.kind) {
      case 'list':
        this.session.grantList([{ name: 'disk', description: 'of a test' }]);
        break;
      case 'contexts':
        this.session.grantContexts([{ name: 'base:allocation' }, { name: 'x-test:map' }]);
        break;
      case 'open':
        if (question.option === Option.EXPORT_NAME) {
          this.exportNameAnswerAt = this.#outputBytes + this.session.readyBytes;
        }
        this.session.grantExport(factsOf({ name: question.exportName }));
        break;
    }
  }

  #carryOut(request: InFlight): void {
    const { type, offset, length, cookieLow } = request;
    const end = offset + length;
    if (this.#fails(request)) {
      this.#fail(request);
      return;
    }
    switch (type) {
      case Command.READ:
        this.dataBytes.set(cookieLow, length);
        this.session.reserveData(request).set(this.disk.subarray(offset, end));
        break;
      case Command.WRITE:
        this.disk.set(request.payload, offset);
        break;
      case Command.WRITE_ZEROES:
        this.disk.fill(0, offset, end);
        break;
      case Command.BLOCK_STATUS:
        this.#describe(request);
        return;
      default:
        break;
    }
    this.session.finish(request);
  }

  /** An error at the last byte. A READ has a place for its data by then. */
  #fail(request: InFlight): void {
    const { type, offset, length } = request;
    if (type === Command.READ) this.session.reserveData(request);
    this.session.fail(request, ErrorCode.EIO, length > 0 ? offset + length - 1 : undefined);
  }

  /** Each context says which bytes of the disk are not zero, the second of every other one. */
  #describe(request: InFlight): void {
    const chunks = this.session.chunks as Chunks;
    const { contexts, offset, length } = request;
    const { length: count } = contexts;
    for (const [i, { id }] of contexts.entries()) {
      const status = chunks.beginStatus(request, id);
      for (let at = offset; at < offset + length; at += id) {
        if (!status.add(Math.min(id, offset + length - at), this.disk[at] === 0 ? 0 : 1)) break;
      }
      chunks.sendStatus(status, i === count - 1);
    }
  }
}

function spell(event: ServerEvent): string {
  switch (event.kind) {
    case 'list':
    case 'secure':
      return event.kind;
    case 'contexts':
      return `contexts ${event.option} ${event.exportName}`;
    case 'open':
      return `open ${event.option} ${event.exportName}`;
    case 'ended':
      return `ended ${event.reason}`;
    case 'request': {
      const { type, flags, offset, length, cookieHigh, cookieLow, payload } = event;
      const data = Buffer.from(payload).toString('base64');
      return `request ${type} ${flags} ${offset}+${length} ${cookieHigh}:${cookieLow} ${data}`;
    }
  }
}
