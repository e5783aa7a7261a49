/** How a server answers an option. Bit 31 marks an error. Spec: "Option reply types". */
export const OptionReply = {
  /** The final success; without data. */
  ACK: 0x0000_0001,
  /** One export of a LIST; its data is a ServerReply. */
  SERVER: 0x0000_0002,
  /** One fact of an INFO or GO; its data is an InfoReply. */
  INFO: 0x0000_0003,
  /** One context of a LIST_META_CONTEXT or SET_META_CONTEXT; its data is a MetaContextReply. */
  META_CONTEXT: 0x0000_0004,
  /** The option is unknown to this server. */
  ERR_UNSUP: 0x8000_0001,
  /** The option is known, well-formed and forbidden here. */
  ERR_POLICY: 0x8000_0002,
  /** The option is malformed, or makes no sense now. */
  ERR_INVALID: 0x8000_0003,
  /** The option is not supported by this platform or build. */
  ERR_PLATFORM: 0x8000_0004,
  ERR_TLS_REQD: 0x8000_0005,
  /** No such export. */
  ERR_UNKNOWN: 0x8000_0006,
  ERR_SHUTDOWN: 0x8000_0007,
  /** The client must ask for Info.BLOCK_SIZE. */
  ERR_BLOCK_SIZE_REQD: 0x8000_0008,
  ERR_TOO_BIG: 0x8000_0009,
  /** Extended headers are needed, or already on; experimental. */
  ERR_EXT_HEADER_REQD: 0x8000_000a,
} as const;

/** One type of option reply. The field itself is a number: a peer may send any. */
export type OptionReply = (typeof OptionReply)[keyof typeof OptionReply];
