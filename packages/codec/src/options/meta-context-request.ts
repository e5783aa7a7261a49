/**
 * The data of LIST_META_CONTEXT and SET_META_CONTEXT: client to server.
 * Spec: "Metadata querying", "NBD_OPT_LIST_META_CONTEXT", "NBD_OPT_SET_META_CONTEXT".
 *
 *   at    size  field       meaning
 *    0       4  nameLength  N, bytes
 *    4       N  exportName  UTF-8
 *    4+N     4  queryCount  Q
 *    8+N        queries     Q times: 4 bytes of length, then the query in UTF-8
 */
import { Cursor } from '../cursor.ts';
import { encodeText, measureText } from '../text.ts';

export interface MetaContextRequest {
  readonly exportName: string;
  /** Names of contexts, or prefixes of them; none asks LIST for all, and SET for none. */
  readonly queries: readonly string[];
}

/**
 * The size in bytes.
 *
 * @throws RangeError if one of the strings cannot be sent.
 */
export function measureMetaContextRequest({ exportName, queries }: MetaContextRequest): number {
  let bytes = 8 + measureText(exportName);
  for (const query of queries) bytes += 4 + measureText(query);
  return bytes;
}

/**
 * Writes `request` at `at` and answers the end of what it wrote.
 *
 * @throws RangeError if one of the strings cannot be sent.
 */
export function encodeMetaContextRequest(
  view: DataView,
  at: number,
  request: MetaContextRequest,
): number {
  let end = encodeCounted(view, at, request.exportName);
  view.setUint32(end, request.queries.length);
  end += 4;
  for (const query of request.queries) end = encodeCounted(view, end, query);
  return end;
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if the lengths inside do not add up to the bytes exactly, or a
 * string is too long; "bad-text" if one of them is not a string.
 */
export function decodeMetaContextRequest(bytes: Uint8Array): MetaContextRequest {
  const cursor = new Cursor(bytes, 'meta context request');
  const exportName = cursor.text(cursor.u32(), 4);
  const count = cursor.u32();
  // Every query takes 4 bytes at least, so a count that cannot be true costs nothing.
  cursor.expectAtLeast(4 * count);
  const queries: string[] = [];
  for (let i = 0; i < count; i++) queries.push(cursor.text(cursor.u32()));
  cursor.end();
  return { exportName, queries };
}

/** Writes the length of `text` in 4 bytes, then `text`. */
function encodeCounted(view: DataView, at: number, text: string): number {
  const end = encodeText(view, at + 4, text);
  view.setUint32(at, end - (at + 4));
  return end;
}
