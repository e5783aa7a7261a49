/**
 * One export in the answer to LIST: the data of an OptionReply.SERVER.
 * Spec: "NBD_REP_SERVER".
 *
 *   at    size  field        meaning
 *    0       4  nameLength   N, bytes
 *    4       N  name         UTF-8; GO accepts it as it is
 *    4+N        description  UTF-8, to the end of the data; may be empty
 */
import { Cursor } from '../cursor.ts';
import { encodeText, measureText } from '../text.ts';

export interface ServerReply {
  readonly name: string;
  /** For a person to read; empty if there is none. */
  readonly description: string;
}

/**
 * The size in bytes.
 *
 * @throws RangeError if one of the strings cannot be sent.
 */
export function measureServerReply({ name, description }: ServerReply): number {
  return 4 + measureText(name) + measureText(description);
}

/**
 * Writes `reply` at `at` and answers the end of what it wrote.
 *
 * @throws RangeError if one of the strings cannot be sent.
 */
export function encodeServerReply(view: DataView, at: number, reply: ServerReply): number {
  const nameEnd = encodeText(view, at + 4, reply.name);
  view.setUint32(at, nameEnd - (at + 4));
  return encodeText(view, nameEnd, reply.description);
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if the name is longer than the data, or a string is too long;
 * "bad-text" if one of them is not a string.
 */
export function decodeServerReply(bytes: Uint8Array): ServerReply {
  const cursor = new Cursor(bytes, 'server reply');
  const name = cursor.text(cursor.u32());
  const description = cursor.text(cursor.remaining);
  return { name, description };
}
