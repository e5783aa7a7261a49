/** Status flags of the meta context "base:allocation". Spec: "base:allocation metadata context". */
export const AllocationFlag = {
  /** Not allocated: a write may fail for lack of space. */
  HOLE: 0x0000_0001,
  /** Reads as zeroes. */
  ZERO: 0x0000_0002,
} as const;

/** One allocation flag. The field itself is a number: a peer may set any bit. */
export type AllocationFlag = (typeof AllocationFlag)[keyof typeof AllocationFlag];
