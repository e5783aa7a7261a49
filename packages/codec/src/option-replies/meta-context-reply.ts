/**
 * One context in the answer to LIST_META_CONTEXT or SET_META_CONTEXT: the data of an
 * OptionReply.META_CONTEXT.
 * Spec: "NBD_REP_META_CONTEXT".
 *
 *   at  size  field      meaning
 *    0     4  contextId  what a BlockStatus will call this context; 0 in a LIST
 *    4        name       UTF-8, to the end of the data; not empty
 */
import { Cursor } from '../cursor.ts';
import { encodeText, measureText } from '../text.ts';

export interface MetaContextReply {
  readonly contextId: number;
  /** Not empty. */
  readonly name: string;
}

/**
 * The size in bytes.
 *
 * @throws RangeError if the name cannot be sent.
 */
export function measureMetaContextReply({ name }: MetaContextReply): number {
  return 4 + measureText(name);
}

/**
 * Writes `reply` at `at` and answers the end of what it wrote.
 *
 * @throws RangeError if the name cannot be sent.
 */
export function encodeMetaContextReply(
  view: DataView,
  at: number,
  reply: MetaContextReply,
): number {
  view.setUint32(at, reply.contextId);
  return encodeText(view, at + 4, reply.name);
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if there is no name, or it is too long; "bad-text" if it is not a
 * string.
 */
export function decodeMetaContextReply(bytes: Uint8Array): MetaContextReply {
  const cursor = new Cursor(bytes, 'meta context reply');
  const contextId = cursor.u32();
  cursor.expectAtLeast(1);
  const name = cursor.text(cursor.remaining);
  return { contextId, name };
}
