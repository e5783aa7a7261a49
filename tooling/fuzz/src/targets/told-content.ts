/**
 * What a server told of each READ, by the rules for clients (K-021 to K-028), in plain code that shares nothing with the
 * session. It goes on where a session may give up, but takes nothing for content that must not be taken for it.
 */
import { ChunkType, Command } from '@nbd/codec';
import type { ReplyMode } from '@nbd/session';

const SIMPLE = 0x6744_6698;
const STRUCTURED = 0x668e_33ef;
const EXTENDED = 0x6e8a_278c;
const DONE = 1;
const CHUNK_HEAD_BYTES = { [STRUCTURED]: 20, [EXTENDED]: 32 } as const;

/** A request, as it was sent. */
export interface AskedFacts {
  readonly type: number;
  readonly cookie: bigint;
  readonly offset: number;
  readonly length: number;
}

export interface Conversation {
  readonly requests: readonly AskedFacts[];
  readonly mode: ReplyMode;
  /** How much of the replies came before the requests, bytes. */
  readonly askedAt: number;
}

export class ToldContent {
  /** What was told, and zero where nothing was. */
  readonly bytes: Uint8Array;
  readonly #isTold: Uint8Array;
  #isOver = false;
  #isWrong = false;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#isTold = new Uint8Array(length);
  }

  /** Whether the reply has an end, and told each byte once and nothing else. */
  get isWhole(): boolean {
    return this.#isOver && !this.#isWrong && !this.#isTold.includes(0);
  }

  /** `length` bytes from `at` on, of which these are here already; a part that is outside or was told before voids all. */
  tell(at: number, length: number, content: Uint8Array): void {
    const isInside = at >= 0 && length > 0 && at + length <= this.bytes.length;
    if (!isInside || this.#isTold.subarray(at, at + length).includes(1)) {
      this.fail();
      return;
    }
    this.#isTold.fill(1, at, at + length);
    this.bytes.set(content, at);
  }

  fail(): void {
    this.#isWrong = true;
  }

  end(): void {
    this.#isOver = true;
  }
}

/**
 * What `stream` tells of each of `requests`, until it is no reply that may come in this form. A chunk whose head is within the
 * first `askedAt` bytes came before the requests, and is a reply to nothing.
 */
export function toldContents(
  stream: Uint8Array,
  { requests, mode, askedAt }: Conversation,
): readonly ToldContent[] {
  const contents = requests.map(({ length }) => new ToldContent(length));
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  const open = new Map(requests.map(({ cookie }, i) => [cookie, i]));
  for (let at = 0; at + 16 <= stream.length; ) {
    const magic = view.getUint32(at);
    const index = open.get(view.getBigUint64(at + 8));
    const request = index === undefined ? undefined : requests[index];
    const content = index === undefined ? undefined : contents[index];
    if (magic === SIMPLE && mode !== 'extended' && request !== undefined) {
      const isDone = view.getUint32(at + 4) === 0;
      const length = isDone && request.type === Command.READ ? request.length : 0;
      const data = stream.subarray(at + 16, at + 16 + length);
      at += 16 + length;
      // Where chunks were agreed on this is no reply to a READ (K-023).
      if (!isDone || mode !== 'simple') content?.fail();
      else if (length > 0) content?.tell(0, length, data);
      if (data.length < length) break;
      content?.end();
      open.delete(request.cookie);
      continue;
    }
    if (magic !== (mode === 'structured' ? STRUCTURED : EXTENDED) || mode === 'simple') break;
    const payloadAt = at + CHUNK_HEAD_BYTES[magic];
    if (payloadAt > stream.length) break;
    const isWide = magic === EXTENDED;
    const length = isWide ? Number(view.getBigUint64(at + 24)) : view.getUint32(at + 16);
    const payload = stream.subarray(payloadAt, payloadAt + length);
    if (request !== undefined && content !== undefined && payloadAt > askedAt) {
      // An extended head tells the offset of its request (K-021).
      if (isWide && view.getBigUint64(at + 16) !== BigInt(request.offset)) content.fail();
      readChunk(content, request, { type: view.getUint16(at + 6), length, payload });
      const isLast = (view.getUint16(at + 4) & DONE) !== 0;
      if (isLast && payload.length === length) {
        content.end();
        open.delete(request.cookie);
      }
    }
    at = payloadAt + length;
  }
  return contents;
}

function readChunk(
  content: ToldContent,
  { offset }: AskedFacts,
  { type, length, payload }: { type: number; length: number; payload: Uint8Array },
): void {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  // A place beyond what a number can tell exactly is outside of each request here.
  const place = () => Number(view.getBigUint64(0)) - offset;
  switch (type) {
    case ChunkType.NONE:
      if (length > 0) content.fail();
      break;
    case ChunkType.OFFSET_DATA:
      if (length <= 8) content.fail();
      else if (payload.length >= 8) content.tell(place(), length - 8, payload.subarray(8));
      break;
    case ChunkType.OFFSET_HOLE:
      if (length !== 12) content.fail();
      else if (payload.length === 12) content.tell(place(), view.getUint32(8), new Uint8Array(0));
      break;
    default:
      content.fail();
  }
}
