/** Reads all that a server has sent, as a client would: whatever does not decode fails the test. */
import {
  decodeExportNameReply,
  decodeGreeting,
  decodeInfoReply,
  decodeMetaContextReply,
  decodeOptionReplyHeader,
  decodeServerReply,
  decodeText,
  GREETING_BYTES,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
} from '@nbd/codec';
import { concat } from './client-bytes.ts';
import { type ReadReply, ReplyReader } from './reply-reader.ts';

export interface DecodedReply {
  /** The lower half of the cookie. */
  readonly cookie: number;
  readonly error: number;
  readonly data: Uint8Array;
}

export interface Decoded {
  /** The types of the option replies. */
  readonly optionReplies: number[];
  readonly replies: DecodedReply[];
}

export interface DecodeHints {
  /** Bytes of data behind the reply to a READ that was done, by the lower half of its cookie. */
  readonly dataBytes: ReadonlyMap<number, number>;
  /** Where the answer to EXPORT_NAME is, which looks like nothing else, and whether zeroes follow it. */
  readonly exportNameAnswerAt?: number | undefined;
  readonly zeroes?: boolean;
}

export function decodeOutput(output: Uint8Array, hints: DecodeHints): Decoded {
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const optionReplies: number[] = [];
  const reader = new ReplyReader((cookie) => hints.dataBytes.get(lowWord(cookie)) ?? 0);
  decodeGreeting(view, 0, { handshakeFlags: 0 });
  for (let at = GREETING_BYTES; at < output.length; ) {
    if (at === hints.exportNameAnswerAt) {
      const end = at + (hints.zeroes === true ? 134 : 10);
      decodeExportNameReply(output.subarray(at, end));
      at = end;
    } else if (ReplyReader.isReply(output, at)) {
      at = reader.read(output, at);
    } else {
      const head = { option: 0, type: 0, length: 0 };
      const { type, length } = decodeOptionReplyHeader(view, at, head);
      at += OPTION_REPLY_HEADER_BYTES;
      checkOptionReply(type, whole(output, at, length));
      optionReplies.push(type);
      at += length;
    }
  }
  reader.expectNoneOpen();
  const replies = reader.replies.map((reply) => ({
    cookie: lowWord(reply.cookie),
    error: reply.error,
    data: dataOf(reply),
  }));
  return { optionReplies, replies };
}

function lowWord(cookie: bigint): number {
  return Number(BigInt.asIntN(32, cookie));
}

/** The data of a READ, in order, with the zeroes of its holes. */
function dataOf({ data, holes }: ReadReply): Uint8Array {
  const zeroes = holes.map(({ offset, length }) => ({ offset, bytes: new Uint8Array(length) }));
  const parts = [...data, ...zeroes].toSorted((a, b) => a.offset - b.offset);
  return concat(...parts.map(({ bytes }) => bytes));
}

function whole(output: Uint8Array, at: number, length: number): Uint8Array {
  const bytes = output.subarray(at, at + length);
  if (bytes.length < length) throw new Error(`expected ${length} bytes at ${at}, found fewer`);
  return bytes;
}

function checkOptionReply(type: number, data: Uint8Array): void {
  if (type === OptionReply.INFO) decodeInfoReply(data);
  else if (type === OptionReply.SERVER) decodeServerReply(data);
  else if (type === OptionReply.META_CONTEXT) decodeMetaContextReply(data);
  else if (type === OptionReply.ACK && data.length > 0) throw new Error('an ACK with data');
  else if (type !== OptionReply.ACK) decodeText(data);
}
