/** Bits of the server's greeting. Spec: "Handshake flags". */
export const HandshakeFlag = {
  /** The server speaks fixed newstyle: it answers options it does not know. */
  FIXED_NEWSTYLE: 0x0001,
  /** The server can leave out the zeroes after an ExportNameReply. */
  NO_ZEROES: 0x0002,
} as const;

/** One bit of a greeting. The field itself is a number: a peer may set any bit. */
export type HandshakeFlag = (typeof HandshakeFlag)[keyof typeof HandshakeFlag];
