/**
 * One fact about an export in the answer to INFO or GO: the data of an OptionReply.INFO.
 * Spec: "NBD_REP_INFO".
 *
 *   at  size  field              meaning
 *    0     2  info               Info.EXPORT
 *    2     8  size               bytes of the export
 *   10     2  transmissionFlags  TransmissionFlag bits
 *   12
 *
 *    0     2  info               Info.NAME or Info.DESCRIPTION
 *    2        text               UTF-8, to the end of the data; may be empty
 *
 *    0     2  info               Info.BLOCK_SIZE
 *    2     4  minimum            bytes
 *    6     4  preferred          bytes
 *   10     4  payloadMax         bytes; 0xffffffff is no fixed limit
 *   14
 *
 *    0     2  info               any other number
 *    2        data               to the end of the data
 */
import { Cursor } from '../cursor.ts';
import { Info } from '../handshake/info.ts';
import { encodeText, measureText } from '../text.ts';
import { writeU64 } from '../u64.ts';
import { viewBytes } from '../view-bytes.ts';

export interface ExportInfo {
  readonly kind: 'export';
  /** Bytes of the export; see `readU64` for values above 2^53 - 1. */
  readonly size: number;
  /** TransmissionFlag bits. */
  readonly transmissionFlags: number;
}

export interface NameInfo {
  readonly kind: 'name';
  /** What the server itself calls the export. */
  readonly name: string;
}

export interface DescriptionInfo {
  readonly kind: 'description';
  /** For a person to read. */
  readonly description: string;
}

/** In bytes. The codec does not judge the values: what is sensible is the session's to know. */
export interface BlockSizeInfo {
  readonly kind: 'block-size';
  readonly minimum: number;
  readonly preferred: number;
  /** The largest payload of a request or reply; 0xffffffff is no fixed limit. */
  readonly payloadMax: number;
}

/** A fact that this version does not know. A client ignores it. */
export interface UnknownInfo {
  readonly kind: 'unknown';
  /** Not one of Info. */
  readonly info: number;
  /** Decoded, it is a window on the bytes that were given to the decoder. */
  readonly data: Uint8Array;
}

export type InfoReply = ExportInfo | NameInfo | DescriptionInfo | BlockSizeInfo | UnknownInfo;

/**
 * The size in bytes.
 *
 * @throws RangeError if a string cannot be sent.
 */
export function measureInfoReply(reply: InfoReply): number {
  let bytes: number;
  switch (reply.kind) {
    case 'export':
      bytes = 10;
      break;
    case 'name':
      bytes = measureText(reply.name);
      break;
    case 'description':
      bytes = measureText(reply.description);
      break;
    case 'block-size':
      bytes = 12;
      break;
    case 'unknown':
      bytes = reply.data.length;
      break;
  }
  return 2 + bytes;
}

/**
 * Writes `reply` at `at` and answers the end of what it wrote.
 *
 * @throws RangeError if a string cannot be sent.
 */
export function encodeInfoReply(view: DataView, at: number, reply: InfoReply): number {
  let end: number;
  switch (reply.kind) {
    case 'export':
      view.setUint16(at, Info.EXPORT);
      writeU64(view, at + 2, reply.size);
      view.setUint16(at + 10, reply.transmissionFlags);
      end = at + 12;
      break;
    case 'name':
      view.setUint16(at, Info.NAME);
      end = encodeText(view, at + 2, reply.name);
      break;
    case 'description':
      view.setUint16(at, Info.DESCRIPTION);
      end = encodeText(view, at + 2, reply.description);
      break;
    case 'block-size':
      view.setUint16(at, Info.BLOCK_SIZE);
      view.setUint32(at + 2, reply.minimum);
      view.setUint32(at + 6, reply.preferred);
      view.setUint32(at + 10, reply.payloadMax);
      end = at + 14;
      break;
    case 'unknown':
      view.setUint16(at, reply.info);
      viewBytes(view, at + 2, reply.data.length).set(reply.data);
      end = at + 2 + reply.data.length;
      break;
  }
  return end;
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if the size is not that of its kind, or a string is too long;
 * "bad-text" if a string is not one.
 */
export function decodeInfoReply(bytes: Uint8Array): InfoReply {
  const cursor = new Cursor(bytes, 'info reply');
  const reply = decodeKind(cursor, cursor.u16());
  cursor.end();
  return reply;
}

function decodeKind(cursor: Cursor, info: number): InfoReply {
  switch (info) {
    case Info.EXPORT:
      return { kind: 'export', size: cursor.u64(), transmissionFlags: cursor.u16() };
    case Info.NAME:
      return { kind: 'name', name: cursor.text(cursor.remaining) };
    case Info.DESCRIPTION:
      return { kind: 'description', description: cursor.text(cursor.remaining) };
    case Info.BLOCK_SIZE:
      return {
        kind: 'block-size',
        minimum: cursor.u32(),
        preferred: cursor.u32(),
        payloadMax: cursor.u32(),
      };
    default:
      return { kind: 'unknown', info, data: cursor.bytes(cursor.remaining) };
  }
}
