/**
 * The way into an export: fixed newstyle, perhaps STARTTLS, perhaps another form of replies, GO.
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
  spellOption,
  spellOptionReply,
} from '@nbd/codec';
import { NotApplicable } from '../workloads/not-applicable.ts';
import type { ReplyForm } from './reply-form.ts';

const FIRST_ERROR_REPLY = 0x8000_0000;

const OPTION_OF_FORM = {
  simple: undefined,
  structured: Option.STRUCTURED_REPLY,
  extended: Option.EXTENDED_HEADERS,
} as const;

/** What the client sends once the greeting is there. */
export function clientFlags(): Uint8Array {
  const bytes = new Uint8Array(CLIENT_FLAGS_BYTES);
  const flags = ClientFlag.FIXED_NEWSTYLE | ClientFlag.NO_ZEROES;
  encodeClientFlags(viewOf(bytes), 0, { clientFlags: flags });
  return bytes;
}

/** The request to go on under TLS. */
export function startTls(): Uint8Array {
  return bareOption(Option.STARTTLS);
}

/** The request to enter an export in that form of replies. */
export function enterExport(exportName: string, form: ReplyForm): Uint8Array {
  const infoRequest = { exportName, infos: [] };
  const length = measureInfoRequest(infoRequest);
  const go = new Uint8Array(OPTION_HEADER_BYTES + length);
  const dataAt = encodeOptionHeader(viewOf(go), 0, { option: Option.GO, length });
  encodeInfoRequest(viewOf(go), dataAt, infoRequest);
  const option = OPTION_OF_FORM[form];
  return option === undefined ? go : Buffer.concat([bareOption(option), go]);
}

/** Whether `received` is the greeting. @throws WireError for another one. */
export function isGreeting(received: Uint8Array): boolean | undefined {
  if (received.length < GREETING_BYTES) return undefined;
  decodeGreeting(viewOf(received), 0, { handshakeFlags: 0 });
  return true;
}

/**
 * The size of the export that the acknowledgement of `last`, the last option sent, tells; 0 if none.
 * Undefined: more bytes are needed than the ones `received` so far.
 *
 * @throws Error if the server refuses; WireError if it talks nonsense
 */
export function acknowledgedSize(received: Uint8Array, last: Option): number | undefined {
  const view = viewOf(received);
  let sizeBytes = 0;
  for (let at = 0; at + OPTION_REPLY_HEADER_BYTES <= received.length; ) {
    const header = decodeOptionReplyHeader(view, at, { option: 0, type: 0, length: 0 });
    const dataAt = at + OPTION_REPLY_HEADER_BYTES;
    at = dataAt + header.length;
    if (at > received.length) return undefined;
    if (header.type >= FIRST_ERROR_REPLY) throw refusal(header);
    if (header.type === OptionReply.ACK && header.option === last) return sizeBytes;
    if (header.type !== OptionReply.INFO) continue;
    const info = decodeInfoReply(received.subarray(dataAt, at));
    if (info.kind === 'export') sizeBytes = info.size;
  }
  return undefined;
}

/** A server need not have every form of replies. */
function refusal({ option, type }: { readonly option: number; readonly type: number }): Error {
  const text = `the server refused ${spellOption(option)}: ${spellOptionReply(type)}`;
  return option === Option.GO ? new Error(text) : new NotApplicable(text);
}

function bareOption(option: Option): Uint8Array {
  const bytes = new Uint8Array(OPTION_HEADER_BYTES);
  encodeOptionHeader(viewOf(bytes), 0, { option, length: 0 });
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
