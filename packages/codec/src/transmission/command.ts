/** What a request asks for. Spec: "Request types". */
export const Command = {
  READ: 0,
  WRITE: 1,
  /** The client is done. The only command without a reply. */
  DISC: 2,
  FLUSH: 3,
  TRIM: 4,
  CACHE: 5,
  WRITE_ZEROES: 6,
  BLOCK_STATUS: 7,
  /** The new size is in `offset`; experimental. */
  RESIZE: 8,
} as const;

/** One command. The field itself is a number: a peer may ask for any. */
export type Command = (typeof Command)[keyof typeof Command];
