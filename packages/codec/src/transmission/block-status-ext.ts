/**
 * The payload of a BLOCK_STATUS_EXT chunk: the extents of one meta context, each 64 bits long.
 * Spec: "NBD_REPLY_TYPE_BLOCK_STATUS_EXT" (experimental; only with extended headers).
 *
 *   at  size  field      meaning
 *    0     4  contextId  from the MetaContextReply that agreed on the context
 *    4     4  count      how many extents follow, at least 1
 *    8                   extents; each:
 *
 *    0     8  length     bytes, at least 1
 *    8     8  flags      as the context defines them
 *   16
 *
 * The first extent begins at the offset of the request, each other where the one before it ends.
 * Head and extents can be written one by one, so a server needs no array of them.
 */
import { readU64, writeU64 } from '../u64.ts';
import { WireError } from '../wire-error.ts';

export const BLOCK_STATUS_EXT_HEAD_BYTES = 8;
export const BLOCK_STATUS_EXT_EXTENT_BYTES = 16;

export interface BlockStatusExtHead {
  contextId: number;
  /** How many extents follow. */
  count: number;
}

export interface BlockStatusExtExtent {
  /** Bytes, at least 1; see `readU64` for values above 2^53 - 1. */
  length: number;
  /**
   * As the context defines them. Exact up to 2^53 - 1: no known context defines higher bits, and
   * those of a context with 32-bit flags are 0. Above 2^32 the bitwise operators do not see all.
   */
  flags: number;
}

export interface BlockStatusExt {
  readonly contextId: number;
  /** At least one. */
  readonly extents: readonly Readonly<BlockStatusExtExtent>[];
}

/** Writes `head` at `at` and answers the end of what it wrote. */
export function encodeBlockStatusExtHead(
  view: DataView,
  at: number,
  head: BlockStatusExtHead,
): number {
  view.setUint32(at, head.contextId);
  view.setUint32(at + 4, head.count);
  return at + BLOCK_STATUS_EXT_HEAD_BYTES;
}

/** Reads the head at `at` into `target`, which the caller owns, and answers it. */
export function decodeBlockStatusExtHead<T extends BlockStatusExtHead>(
  view: DataView,
  at: number,
  target: T,
): T {
  target.contextId = view.getUint32(at);
  target.count = view.getUint32(at + 4);
  return target;
}

/** Writes `extent` at `at` and answers the end of what it wrote. */
export function encodeBlockStatusExtExtent(
  view: DataView,
  at: number,
  extent: BlockStatusExtExtent,
): number {
  writeU64(view, at, extent.length);
  writeU64(view, at + 8, extent.flags);
  return at + BLOCK_STATUS_EXT_EXTENT_BYTES;
}

/**
 * Reads the extent at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-value" if the extent is empty.
 */
export function decodeBlockStatusExtExtent<T extends BlockStatusExtExtent>(
  view: DataView,
  at: number,
  target: T,
): T {
  target.length = readU64(view, at);
  target.flags = readU64(view, at + 8);
  if (target.length === 0) {
    throw new WireError('bad-value', `expected an extent of at least 1 byte at ${at}, found 0`);
  }
  return target;
}

/** The size in bytes. */
export function measureBlockStatusExt({ extents }: BlockStatusExt): number {
  return BLOCK_STATUS_EXT_HEAD_BYTES + BLOCK_STATUS_EXT_EXTENT_BYTES * extents.length;
}

/** Writes `status` at `at` and answers the end of what it wrote. */
export function encodeBlockStatusExt(view: DataView, at: number, status: BlockStatusExt): number {
  const { contextId, extents } = status;
  let end = encodeBlockStatusExtHead(view, at, { contextId, count: extents.length });
  for (const extent of extents) end = encodeBlockStatusExtExtent(view, end, extent);
  return end;
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if they are not a head and as many extents as it counts, at least
 * one; "bad-value" if an extent is empty.
 */
export function decodeBlockStatusExt(bytes: Uint8Array): BlockStatusExt {
  const count = (bytes.length - BLOCK_STATUS_EXT_HEAD_BYTES) / BLOCK_STATUS_EXT_EXTENT_BYTES;
  if (count < 1 || !Number.isInteger(count)) {
    throw new WireError(
      'bad-length',
      `block status ext: expected 8 + 16 * n bytes with n of at least 1, found ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = decodeBlockStatusExtHead(view, 0, { contextId: 0, count: 0 });
  if (head.count !== count) {
    throw new WireError(
      'bad-length',
      `block status ext: expected ${head.count} extents, as its head says, found ${count}`,
    );
  }
  const extents: BlockStatusExtExtent[] = [];
  for (let i = 0; i < count; i++) {
    const at = BLOCK_STATUS_EXT_HEAD_BYTES + BLOCK_STATUS_EXT_EXTENT_BYTES * i;
    extents.push(decodeBlockStatusExtExtent(view, at, { length: 0, flags: 0 }));
  }
  return { contextId: head.contextId, extents };
}
