/**
 * The way into an export, as a client that wants nothing special goes it: fixed newstyle, GO.
 */
import {
  CLIENT_FLAGS_BYTES,
  ClientFlag,
  decodeGreeting,
  decodeInfoReply,
  decodeOptionReplyHeader,
  encodeClientFlags,
  encodeInfoRequest,
  encodeOptionHeader,
  GREETING_BYTES,
  measureInfoRequest,
  Option,
  OPTION_HEADER_BYTES,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  spellOptionReply,
} from '@nbd/codec';

const FIRST_ERROR_REPLY = 0x8000_0000;

/** What the client sends once the greeting is there. */
export function answerToGreeting(exportName: string): Uint8Array {
  const infoRequest = { exportName, infos: [] };
  const length = measureInfoRequest(infoRequest);
  const bytes = new Uint8Array(CLIENT_FLAGS_BYTES + OPTION_HEADER_BYTES + length);
  const view = new DataView(bytes.buffer);
  const clientFlags = ClientFlag.FIXED_NEWSTYLE | ClientFlag.NO_ZEROES;
  const header = encodeClientFlags(view, 0, { clientFlags });
  const data = encodeOptionHeader(view, header, { option: Option.GO, length });
  encodeInfoRequest(view, data, infoRequest);
  return bytes;
}

/** How far a handshake has come. */
export type Progress =
  /** More bytes are needed. */
  | { readonly kind: 'greeting' | 'replies' }
  /** Transmission may begin. `sizeBytes` is that of the export. */
  | { readonly kind: 'entered'; readonly sizeBytes: number };

/**
 * How far all bytes received so far have come.
 *
 * @throws Error if the server refuses; WireError if it talks nonsense
 */
export function readProgress(received: Uint8Array): Progress {
  const view = new DataView(received.buffer, received.byteOffset, received.byteLength);
  if (received.length < GREETING_BYTES) return { kind: 'greeting' };
  decodeGreeting(view, 0, { handshakeFlags: 0 });
  let sizeBytes = 0;
  for (let at = GREETING_BYTES; at + OPTION_REPLY_HEADER_BYTES <= received.length; ) {
    const header = decodeOptionReplyHeader(view, at, { option: 0, type: 0, length: 0 });
    const dataAt = at + OPTION_REPLY_HEADER_BYTES;
    at = dataAt + header.length;
    if (at > received.length) break;
    if (header.type >= FIRST_ERROR_REPLY) {
      throw new Error(`the server refused the export: ${spellOptionReply(header.type)}`);
    }
    if (header.type === OptionReply.ACK) return { kind: 'entered', sizeBytes };
    if (header.type !== OptionReply.INFO) continue;
    const info = decodeInfoReply(received.subarray(dataAt, at));
    if (info.kind === 'export') sizeBytes = info.size;
  }
  return { kind: 'replies' };
}
