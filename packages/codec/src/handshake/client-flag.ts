/** Bits of the client's answer to the greeting. Spec: "Client flags". */
export const ClientFlag = {
  /** The client speaks fixed newstyle. */
  FIXED_NEWSTYLE: 0x0000_0001,
  /** The client wants no zeroes after an ExportNameReply; only if the server offered it. */
  NO_ZEROES: 0x0000_0002,
} as const;

/** One bit of the client flags. The field itself is a number: a peer may set any bit. */
export type ClientFlag = (typeof ClientFlag)[keyof typeof ClientFlag];
