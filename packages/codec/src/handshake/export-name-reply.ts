/**
 * The answer to EXPORT_NAME: server to client, without a reply header; transmission follows at once.
 * Spec: "NBD_OPT_EXPORT_NAME".
 *
 *   at  size  field              meaning
 *    0     8  size               bytes of the export
 *    8     2  transmissionFlags  TransmissionFlag bits
 *   10   124  zeroes             written as 0, ignored when read;
 *                                absent if both sides agreed on NO_ZEROES
 */
import { Cursor } from '../cursor.ts';
import { writeU64 } from '../u64.ts';
import { viewBytes } from '../view-bytes.ts';

const FIELDS_BYTES = 10;
const ZEROES_BYTES = 124;

export interface ExportNameReply {
  /** Bytes of the export; see `readU64` for values above 2^53 - 1. */
  readonly size: number;
  /** TransmissionFlag bits. */
  readonly transmissionFlags: number;
  /** Whether the 124 zeroes are there: not if the client set ClientFlag.NO_ZEROES. */
  readonly zeroes: boolean;
}

/** The size in bytes, 134 or 10. It depends on `zeroes` alone, so a client can ask before reading. */
export function measureExportNameReply({ zeroes }: Pick<ExportNameReply, 'zeroes'>): number {
  return zeroes ? FIELDS_BYTES + ZEROES_BYTES : FIELDS_BYTES;
}

/** Writes `reply` at `at` and answers the end of what it wrote. */
export function encodeExportNameReply(view: DataView, at: number, reply: ExportNameReply): number {
  writeU64(view, at, reply.size);
  view.setUint16(at + 8, reply.transmissionFlags);
  if (reply.zeroes) viewBytes(view, at + FIELDS_BYTES, ZEROES_BYTES).fill(0);
  return at + measureExportNameReply(reply);
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if they are neither 10 nor 134.
 */
export function decodeExportNameReply(bytes: Uint8Array): ExportNameReply {
  const cursor = new Cursor(bytes, 'export name reply');
  const size = cursor.u64();
  const transmissionFlags = cursor.u16();
  const zeroes = cursor.remaining > 0;
  if (zeroes) cursor.expectRemaining(ZEROES_BYTES);
  return { size, transmissionFlags, zeroes };
}
