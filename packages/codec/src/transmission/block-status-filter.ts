/**
 * The payload of a BLOCK_STATUS request with CommandFlag.PAYLOAD_LEN: which contexts to answer for.
 * Spec: "NBD_CMD_BLOCK_STATUS" (experimental; only with extended headers).
 *
 *   at  size  field         meaning
 *    0     8  effectLength  bytes of the range, in place of the request's `length`
 *    8   4*n  contextIds    from the MetaContextReplies that agreed on the contexts
 */
import { Cursor } from '../cursor.ts';
import { writeU64 } from '../u64.ts';

export interface BlockStatusFilter {
  /** Bytes; see `readU64` for values above 2^53 - 1. */
  readonly effectLength: number;
  /** Decoded, as the peer sent them: there may be none, or duplicates, or unknown ones. */
  readonly contextIds: readonly number[];
}

/** The size in bytes. */
export function measureBlockStatusFilter({ contextIds }: BlockStatusFilter): number {
  return 8 + 4 * contextIds.length;
}

/** Writes `filter` at `at` and answers the end of what it wrote. */
export function encodeBlockStatusFilter(
  view: DataView,
  at: number,
  filter: BlockStatusFilter,
): number {
  writeU64(view, at, filter.effectLength);
  let end = at + 8;
  for (const contextId of filter.contextIds) {
    view.setUint32(end, contextId);
    end += 4;
  }
  return end;
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if they are not 8 and a multiple of 4.
 */
export function decodeBlockStatusFilter(bytes: Uint8Array): BlockStatusFilter {
  const cursor = new Cursor(bytes, 'block status filter');
  const effectLength = cursor.u64();
  const contextIds: number[] = [];
  while (cursor.remaining > 0) contextIds.push(cursor.u32());
  return { effectLength, contextIds };
}
