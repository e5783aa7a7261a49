/**
 * The payload of a BLOCK_STATUS chunk: the extents of one meta context, each 32 bits long.
 * Spec: "NBD_REPLY_TYPE_BLOCK_STATUS".
 *
 *   at  size  field      meaning
 *    0     4  contextId  from the MetaContextReply that agreed on the context
 *    4                   extents, at least one, to the end of the payload; each:
 *
 *    0     4  length     bytes, at least 1
 *    4     4  flags      as the context defines them
 *    8
 *
 * The first extent begins at the offset of the request, each other where the one before it ends.
 * Head and extents can be written one by one, so a server needs no array of them.
 */
import { WireError } from '../wire-error.ts';

export const BLOCK_STATUS_HEAD_BYTES = 4;
export const BLOCK_STATUS_EXTENT_BYTES = 8;

export interface BlockStatusHead {
  contextId: number;
}

export interface BlockStatusExtent {
  /** Bytes, at least 1. */
  length: number;
  /** As the context defines them: AllocationFlag bits for "base:allocation". */
  flags: number;
}

export interface BlockStatus extends Readonly<BlockStatusHead> {
  /** At least one. */
  readonly extents: readonly Readonly<BlockStatusExtent>[];
}

/** Writes `head` at `at` and answers the end of what it wrote. */
export function encodeBlockStatusHead(view: DataView, at: number, head: BlockStatusHead): number {
  view.setUint32(at, head.contextId);
  return at + BLOCK_STATUS_HEAD_BYTES;
}

/** Reads the head at `at` into `target`, which the caller owns, and answers it. */
export function decodeBlockStatusHead<T extends BlockStatusHead>(
  view: DataView,
  at: number,
  target: T,
): T {
  target.contextId = view.getUint32(at);
  return target;
}

/** Writes `extent` at `at` and answers the end of what it wrote. */
export function encodeBlockStatusExtent(
  view: DataView,
  at: number,
  extent: BlockStatusExtent,
): number {
  view.setUint32(at, extent.length);
  view.setUint32(at + 4, extent.flags);
  return at + BLOCK_STATUS_EXTENT_BYTES;
}

/**
 * Reads the extent at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-value" if the extent is empty.
 */
export function decodeBlockStatusExtent<T extends BlockStatusExtent>(
  view: DataView,
  at: number,
  target: T,
): T {
  target.length = view.getUint32(at);
  target.flags = view.getUint32(at + 4);
  if (target.length === 0) {
    throw new WireError('bad-value', `expected an extent of at least 1 byte at ${at}, found 0`);
  }
  return target;
}

/** The size in bytes. */
export function measureBlockStatus({ extents }: BlockStatus): number {
  return BLOCK_STATUS_HEAD_BYTES + BLOCK_STATUS_EXTENT_BYTES * extents.length;
}

/** Writes `status` at `at` and answers the end of what it wrote. */
export function encodeBlockStatus(view: DataView, at: number, status: BlockStatus): number {
  let end = encodeBlockStatusHead(view, at, status);
  for (const extent of status.extents) end = encodeBlockStatusExtent(view, end, extent);
  return end;
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if they are not a head and one or more extents; "bad-value" if an
 * extent is empty.
 */
export function decodeBlockStatus(bytes: Uint8Array): BlockStatus {
  const count = (bytes.length - BLOCK_STATUS_HEAD_BYTES) / BLOCK_STATUS_EXTENT_BYTES;
  if (count < 1 || !Number.isInteger(count)) {
    throw new WireError(
      'bad-length',
      `block status: expected 4 + 8 * n bytes with n of at least 1, found ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { contextId } = decodeBlockStatusHead(view, 0, { contextId: 0 });
  const extents: BlockStatusExtent[] = [];
  for (let at = BLOCK_STATUS_HEAD_BYTES; at < bytes.length; at += BLOCK_STATUS_EXTENT_BYTES) {
    extents.push(decodeBlockStatusExtent(view, at, { length: 0, flags: 0 }));
  }
  return { contextId, extents };
}
