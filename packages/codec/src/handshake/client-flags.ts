/**
 * The client's answer to the greeting.
 * Spec: "Newstyle negotiation".
 *
 *   at  size  field        meaning
 *    0     4  clientFlags  ClientFlag bits
 *    4
 */

export const CLIENT_FLAGS_BYTES = 4;

export interface ClientFlags {
  /** ClientFlag bits, as an unsigned 32-bit number. */
  clientFlags: number;
}

/** Writes `flags` at `at` and answers the end of what it wrote. */
export function encodeClientFlags(view: DataView, at: number, flags: ClientFlags): number {
  view.setUint32(at, flags.clientFlags);
  return at + CLIENT_FLAGS_BYTES;
}

/** Reads the client flags at `at` into `target`, which the caller owns, and answers it. */
export function decodeClientFlags<T extends ClientFlags>(view: DataView, at: number, target: T): T {
  target.clientFlags = view.getUint32(at);
  return target;
}
