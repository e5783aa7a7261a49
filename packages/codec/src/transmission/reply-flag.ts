/** Bits of a chunk header. Spec: "Structured reply flags". */
export const ReplyFlag = {
  /** The last chunk of this reply. */
  DONE: 0x0001,
} as const;

/** One reply flag. The field itself is a number: a peer may set any bit. */
export type ReplyFlag = (typeof ReplyFlag)[keyof typeof ReplyFlag];
