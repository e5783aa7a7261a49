/** What the payload of a chunk is. Bit 15 marks an error. Spec: "Structured reply types". */
export const ChunkType = {
  /** No payload; always the last of its reply. */
  NONE: 0x0000,
  /** An OffsetDataHead, then data. */
  OFFSET_DATA: 0x0001,
  /** An OffsetHole. */
  OFFSET_HOLE: 0x0002,
  /** A BlockStatus; never with extended headers. */
  BLOCK_STATUS: 0x0005,
  /** A BlockStatusExt; only with extended headers; experimental. */
  BLOCK_STATUS_EXT: 0x0006,
  /** An ErrorChunk. */
  ERROR: 0x8001,
  /** An ErrorOffsetChunk. */
  ERROR_OFFSET: 0x8002,
} as const;

/** One chunk type. The field itself is a number: a peer may send any. */
export type ChunkType = (typeof ChunkType)[keyof typeof ChunkType];
