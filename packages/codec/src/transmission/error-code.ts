/** How a request failed. The numbers are the protocol's, not the machine's. Spec: "Error values". */
export const ErrorCode = {
  /** Success: in a SimpleReply, never in an error chunk. */
  OK: 0,
  EPERM: 1,
  EIO: 5,
  ENOMEM: 12,
  EINVAL: 22,
  ENOSPC: 28,
  EOVERFLOW: 75,
  /** Only for WRITE_ZEROES with CommandFlag.FAST_ZERO. */
  ENOTSUP: 95,
  ESHUTDOWN: 108,
} as const;

/** One error value. The field itself is a number: a peer may send any. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];
