/** Bits of a request. Spec: "Command flags". */
export const CommandFlag = {
  /** Force unit access: reply when the change is on stable storage. */
  FUA: 0x0001,
  /** WRITE_ZEROES: allocate the range; do not make a hole. */
  NO_HOLE: 0x0002,
  /** READ: do not fragment; at most one content chunk. */
  DF: 0x0004,
  /** BLOCK_STATUS: one extent per context. */
  REQ_ONE: 0x0008,
  /** WRITE_ZEROES: fail with ErrorCode.ENOTSUP rather than be slow. */
  FAST_ZERO: 0x0010,
  /** ExtendedRequest: `length` counts a payload that follows; experimental. */
  PAYLOAD_LEN: 0x0020,
} as const;

/** One command flag. The field itself is a number: a peer may set any bit. */
export type CommandFlag = (typeof CommandFlag)[keyof typeof CommandFlag];
