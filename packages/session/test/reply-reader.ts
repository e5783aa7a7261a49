/**
 * Reads replies of all three forms, and shares no code with who wrote them: every field is read by hand, and what
 * breaks a rule of the forms fails the test.
 */
const SIMPLE = 0x6744_6698;
const STRUCTURED = 0x668e_33ef;
const EXTENDED = 0x6e8a_278c;
const DONE = 1;

export interface ReadExtent {
  readonly length: number;
  readonly flags: number;
}

export interface ReadReply {
  readonly cookie: bigint;
  /** The offset that an extended reply echoes. */
  readonly echo: bigint | undefined;
  /** 0: it was done. */
  error: number;
  errorOffset: number | undefined;
  text: string;
  /** What the chunks were, in order: "data 0+4", "hole 4+8", "status 1", "none", "error"; one "simple". */
  readonly chunks: string[];
  /** The bytes of a simple reply, from the start of its request on. */
  readonly data: { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly holes: { readonly offset: number; readonly length: number }[];
  readonly statuses: Map<number, ReadExtent[]>;
}

export class ReplyReader {
  /** Those that are complete, in the order of their ends. */
  readonly replies: ReadReply[] = [];
  readonly #open = new Map<bigint, ReadReply>();
  readonly #dataBytes: (cookie: bigint) => number;

  /** `dataBytes`: how many bytes follow a simple reply without an error. */
  constructor(dataBytes: (cookie: bigint) => number = () => 0) {
    this.#dataBytes = dataBytes;
  }

  /** Whether a reply, or a part of one, begins at `at`. */
  static isReply(bytes: Uint8Array, at: number): boolean {
    return [SIMPLE, STRUCTURED, EXTENDED].includes(viewOf(bytes).getUint32(at));
  }

  /** Reads one simple reply or one chunk, and answers where it ends. */
  read(bytes: Uint8Array, at: number): number {
    const view = viewOf(bytes);
    switch (view.getUint32(at)) {
      case SIMPLE:
        return this.#readSimple(bytes, at);
      case STRUCTURED:
        return this.#readChunk(bytes, at + 20, {
          head: new DataView(view.buffer, view.byteOffset + at, 20),
          echo: undefined,
          length: view.getUint32(at + 16),
        });
      case EXTENDED:
        return this.#readChunk(bytes, at + 32, {
          head: new DataView(view.buffer, view.byteOffset + at, 32),
          echo: view.getBigUint64(at + 16),
          length: Number(view.getBigUint64(at + 24)),
        });
      default:
        throw new Error(`expected a reply at ${at}`);
    }
  }

  /** No reply has begun and not ended. */
  expectNoneOpen(): void {
    must(this.#open.size === 0, `the replies to ${[...this.#open.keys()].join()} have no end`);
  }

  #readSimple(bytes: Uint8Array, at: number): number {
    const view = viewOf(bytes);
    const cookie = view.getBigUint64(at + 8);
    const error = view.getUint32(at + 4);
    const reply = newReply(cookie, undefined);
    reply.error = error;
    reply.chunks.push('simple');
    this.replies.push(reply);
    const length = error === 0 ? this.#dataBytes(cookie) : 0;
    if (length > 0) reply.data.push({ offset: 0, bytes: part(bytes, at + 16, length) });
    return at + 16 + length;
  }

  #readChunk(
    bytes: Uint8Array,
    payloadAt: number,
    { head, echo, length }: { head: DataView; echo: bigint | undefined; length: number },
  ): number {
    const flags = head.getUint16(4);
    const type = head.getUint16(6);
    const cookie = head.getBigUint64(8);
    const reply = this.#open.get(cookie) ?? newReply(cookie, echo);
    must(reply.echo === echo, 'C-175: an echo that differs within a reply, or a mix of forms');
    must((flags & ~DONE) === 0, `reply flags ${flags}`);
    readPayload(reply, type, part(bytes, payloadAt, length), flags);
    if ((flags & DONE) === 0) this.#open.set(cookie, reply);
    else {
      this.#open.delete(cookie);
      this.replies.push(reply);
    }
    return payloadAt + length;
  }
}

/** All that is in `bytes`, which are replies and nothing else. */
export function readReplies(
  bytes: Uint8Array,
  dataBytes?: (cookie: bigint) => number,
): readonly ReadReply[] {
  const reader = new ReplyReader(dataBytes);
  for (let at = 0; at < bytes.length; ) at = reader.read(bytes, at);
  reader.expectNoneOpen();
  return reader.replies;
}

/** The bytes of a READ that was done, each told exactly once (C-203). */
export function contentOf(reply: ReadReply, offset: number, length: number): Uint8Array {
  must(reply.error === 0, `error ${reply.error}: ${reply.text}`);
  const content = new Uint8Array(length);
  const simple = reply.echo === undefined && reply.chunks[0] === 'simple';
  const told = new Uint8Array(length);
  for (const { offset: from, bytes } of reply.data) {
    const start = simple ? 0 : from - offset;
    mark(told, start, bytes.length);
    content.set(bytes, start);
  }
  for (const hole of reply.holes) mark(told, hole.offset - offset, hole.length);
  must(!told.includes(0), 'C-203: a part of the READ was not told');
  return content;
}

function mark(told: Uint8Array, start: number, length: number): void {
  const range = told.subarray(start, start + length);
  must(start >= 0 && range.length === length, 'C-203: a chunk outside of the request');
  must(!range.includes(1), 'C-203: a part of the READ was told twice');
  range.fill(1);
}

function readPayload(reply: ReadReply, type: number, payload: Uint8Array, flags: number): void {
  const view = viewOf(payload);
  const u64 = (at: number) => Number(view.getBigUint64(at));
  must(reply.error === 0, 'C-206: a chunk after an error');
  switch (type) {
    case 0:
      must(payload.length === 0 && flags === DONE, 'C-176: NONE with a payload or without DONE');
      reply.chunks.push('none');
      break;
    case 1:
      must(payload.length > 8, 'C-203: a chunk of no data');
      reply.data.push({ offset: u64(0), bytes: payload.subarray(8) });
      reply.chunks.push(`data ${u64(0)}+${payload.length - 8}`);
      break;
    case 2:
      must(payload.length === 12 && view.getUint32(8) > 0, 'C-204: an empty hole');
      reply.holes.push({ offset: u64(0), length: view.getUint32(8) });
      reply.chunks.push(`hole ${u64(0)}+${view.getUint32(8)}`);
      break;
    case 5:
    case 6:
      must((type === 6) === (reply.echo !== undefined), 'C-256: a status of the other form');
      readStatus(reply, payload, type === 6);
      break;
    case 0x8001:
    case 0x8002:
      readError(reply, payload, type === 0x8002);
      break;
    default:
      throw new Error(`chunk type ${type}`);
  }
}

function readStatus(reply: ReadReply, payload: Uint8Array, isWide: boolean): void {
  const view = viewOf(payload);
  const contextId = view.getUint32(0);
  const [head, size] = isWide ? [8, 16] : [4, 8];
  const extents: ReadExtent[] = [];
  for (let at = head; at < payload.length; at += size) {
    const length = isWide ? Number(view.getBigUint64(at)) : view.getUint32(at);
    const flags = isWide ? Number(view.getBigUint64(at + 8)) : view.getUint32(at + 4);
    must(length > 0, 'C-252: an empty extent');
    extents.push({ length, flags });
  }
  must(extents.length > 0, 'C-252: a status without extents');
  must(!isWide || view.getUint32(4) === extents.length, 'C-256: a wrong count of extents');
  must(!reply.statuses.has(contextId), 'C-251: a context told twice');
  reply.statuses.set(contextId, extents);
  reply.chunks.push(`status ${contextId}`);
}

function readError(reply: ReadReply, payload: Uint8Array, hasOffset: boolean): void {
  const view = viewOf(payload);
  const textEnd = 6 + view.getUint16(4);
  must(payload.length === textEnd + (hasOffset ? 8 : 0), 'an error chunk with a tail');
  reply.error = view.getUint32(0);
  must(reply.error !== 0, 'an error chunk without an error');
  reply.text = Buffer.from(payload.subarray(6, textEnd)).toString();
  must(/^[ -~]{1,1000}$/.test(reply.text), `C-051: not one short line: ${reply.text}`);
  if (hasOffset) reply.errorOffset = Number(view.getBigUint64(textEnd));
  reply.chunks.push('error');
}

function newReply(cookie: bigint, echo: bigint | undefined): ReadReply {
  return {
    cookie,
    echo,
    error: 0,
    errorOffset: undefined,
    text: '',
    chunks: [],
    data: [],
    holes: [],
    statuses: new Map(),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function part(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const found = bytes.subarray(at, at + length);
  must(found.length === length, `expected ${length} bytes at ${at}, found ${found.length}`);
  return found;
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
