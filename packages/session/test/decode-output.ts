/** Reads all that a server has sent, as a client would: whatever does not decode fails the test. */
import {
  decodeExportNameReply,
  decodeGreeting,
  decodeInfoReply,
  decodeOptionReplyHeader,
  decodeServerReply,
  decodeSimpleReply,
  decodeText,
  ErrorCode,
  GREETING_BYTES,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  SIMPLE_REPLY_BYTES,
  SIMPLE_REPLY_MAGIC,
} from '@nbd/codec';

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
  const replies: DecodedReply[] = [];
  decodeGreeting(view, 0, { handshakeFlags: 0 });
  for (let at = GREETING_BYTES; at < output.length; ) {
    if (at === hints.exportNameAnswerAt) {
      const end = at + (hints.zeroes === true ? 134 : 10);
      decodeExportNameReply(output.subarray(at, end));
      at = end;
    } else if (view.getUint32(at) === SIMPLE_REPLY_MAGIC) {
      const { error, cookieLow } = decodeSimpleReply(view, at, {
        error: 0,
        cookieHigh: 0,
        cookieLow: 0,
      });
      at += SIMPLE_REPLY_BYTES;
      const length = error === ErrorCode.OK ? (hints.dataBytes.get(cookieLow) ?? 0) : 0;
      replies.push({ cookie: cookieLow, error, data: whole(output, at, length) });
      at += length;
    } else {
      const head = { option: 0, type: 0, length: 0 };
      const { type, length } = decodeOptionReplyHeader(view, at, head);
      at += OPTION_REPLY_HEADER_BYTES;
      checkOptionReply(type, whole(output, at, length));
      optionReplies.push(type);
      at += length;
    }
  }
  return { optionReplies, replies };
}

function whole(output: Uint8Array, at: number, length: number): Uint8Array {
  const bytes = output.subarray(at, at + length);
  if (bytes.length < length) throw new Error(`expected ${length} bytes at ${at}, found fewer`);
  return bytes;
}

function checkOptionReply(type: number, data: Uint8Array): void {
  if (type === OptionReply.INFO) decodeInfoReply(data);
  else if (type === OptionReply.SERVER) decodeServerReply(data);
  else if (type === OptionReply.ACK && data.length > 0) throw new Error('an ACK with data');
  else if (type !== OptionReply.ACK) decodeText(data);
}
