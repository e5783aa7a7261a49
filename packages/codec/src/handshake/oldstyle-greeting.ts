/**
 * The greeting of the oldstyle handshake, which transmission follows at once: no options, no TLS,
 * one export without a name. Obsolete; a client may still meet it.
 * Spec: "Oldstyle negotiation".
 *
 *   at  size  field              meaning
 *    0     8  magic              NBDMAGIC
 *    8     8  style              CLISERV_MAGIC
 *   16     8  size               bytes of the export
 *   24     2  handshakeFlags     0: no HandshakeFlag exists in this style
 *   26     2  transmissionFlags  TransmissionFlag bits
 *   28   124  zeroes             written as 0, ignored when read
 *  152
 */
import { readU64, writeU64 } from '../u64.ts';
import { viewBytes } from '../view-bytes.ts';
import { CLISERV_MAGIC, NBDMAGIC, encodeMagic, expectMagic } from './magic.ts';

export const OLDSTYLE_GREETING_BYTES = 152;

const ZEROES_BYTES = 124;

export interface OldstyleGreeting {
  /** Bytes of the export; see `readU64` for values above 2^53 - 1. */
  size: number;
  /** TransmissionFlag bits. */
  transmissionFlags: number;
  /** 0 from a server that follows the specification. */
  handshakeFlags: number;
}

/** Writes `greeting` at `at` and answers the end of what it wrote. */
export function encodeOldstyleGreeting(
  view: DataView,
  at: number,
  greeting: OldstyleGreeting,
): number {
  encodeMagic(view, at, NBDMAGIC);
  encodeMagic(view, at + 8, CLISERV_MAGIC);
  writeU64(view, at + 16, greeting.size);
  view.setUint16(at + 24, greeting.handshakeFlags);
  view.setUint16(at + 26, greeting.transmissionFlags);
  viewBytes(view, at + 28, ZEROES_BYTES).fill(0);
  return at + OLDSTYLE_GREETING_BYTES;
}

/**
 * Reads the oldstyle greeting at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the peer is not an NBD server, or a newstyle one.
 */
export function decodeOldstyleGreeting<T extends OldstyleGreeting>(
  view: DataView,
  at: number,
  target: T,
): T {
  expectMagic(view, at, NBDMAGIC, 'NBDMAGIC, the start of a greeting,');
  expectMagic(view, at + 8, CLISERV_MAGIC, 'the mark of an oldstyle greeting');
  target.size = readU64(view, at + 16);
  target.handshakeFlags = view.getUint16(at + 24);
  target.transmissionFlags = view.getUint16(at + 26);
  viewBytes(view, at + 28, ZEROES_BYTES); // what they are does not matter, but they are part of it
  return target;
}
