/** Facts about an export that INFO and GO ask for. Spec: "NBD_INFO information types". */
export const Info = {
  EXPORT: 0,
  NAME: 1,
  DESCRIPTION: 2,
  BLOCK_SIZE: 3,
} as const;

/** One information type. The field itself is a number: a peer may ask for any. */
export type Info = (typeof Info)[keyof typeof Info];
