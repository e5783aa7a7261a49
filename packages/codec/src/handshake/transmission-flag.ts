/** What an export can do; sent with its size. Spec: "Transmission flags". */
export const TransmissionFlag = {
  /** Always set. */
  HAS_FLAGS: 0x0001,
  READ_ONLY: 0x0002,
  /** Command.FLUSH is understood. */
  SEND_FLUSH: 0x0004,
  /** CommandFlag.FUA is understood, on every command. */
  SEND_FUA: 0x0008,
  /** A hint: the disk is slow at random access. */
  ROTATIONAL: 0x0010,
  /** Command.TRIM is understood. */
  SEND_TRIM: 0x0020,
  /** Command.WRITE_ZEROES and CommandFlag.NO_HOLE are understood. */
  SEND_WRITE_ZEROES: 0x0040,
  /** CommandFlag.DF is understood; never without structured replies or extended headers. */
  SEND_DF: 0x0080,
  /** A flush on one connection covers what was answered on all of them. */
  CAN_MULTI_CONN: 0x0100,
  /** Command.RESIZE is understood; experimental. */
  SEND_RESIZE: 0x0200,
  /** Command.CACHE is understood. */
  SEND_CACHE: 0x0400,
  /** CommandFlag.FAST_ZERO is understood; never without SEND_WRITE_ZEROES. */
  SEND_FAST_ZERO: 0x0800,
  /** A BLOCK_STATUS request may carry a BlockStatusFilter; never without extended headers. */
  BLOCK_STATUS_PAYLOAD: 0x1000,
} as const;

/** One transmission flag. The field itself is a number: a peer may set any bit. */
export type TransmissionFlag = (typeof TransmissionFlag)[keyof typeof TransmissionFlag];
