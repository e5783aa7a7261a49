/**
 * The head of an option: client to server, before transmission.
 * Spec: "Newstyle negotiation", "Fixed newstyle negotiation".
 *
 *   at  size  field   meaning
 *    0     8  magic   IHAVEOPT
 *    8     4  option  Option
 *   12     4  length  bytes of data
 *   16                `length` bytes of data follow
 */
import { IHAVEOPT, encodeMagic, expectMagic } from './magic.ts';

export const OPTION_HEADER_BYTES = 16;

export interface OptionHeader {
  /** An Option, or any other number. */
  option: number;
  /** Bytes of data that follow. */
  length: number;
}

/** Writes `header` at `at` and answers the end of what it wrote. */
export function encodeOptionHeader(view: DataView, at: number, header: OptionHeader): number {
  encodeMagic(view, at, IHAVEOPT);
  view.setUint32(at + 8, header.option);
  view.setUint32(at + 12, header.length);
  return at + OPTION_HEADER_BYTES;
}

/**
 * Reads the option header at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the stream has lost its framing and cannot go on.
 */
export function decodeOptionHeader<T extends OptionHeader>(
  view: DataView,
  at: number,
  target: T,
): T {
  expectMagic(view, at, IHAVEOPT, 'IHAVEOPT, the start of an option,');
  target.option = view.getUint32(at + 8);
  target.length = view.getUint32(at + 12);
  return target;
}
