/** What a client may ask for before transmission. Spec: "Option types". */
export const Option = {
  /** Opens an export; its answer is an ExportNameReply, and it cannot be refused in words. */
  EXPORT_NAME: 1,
  ABORT: 2,
  LIST: 3,
  /** Withdrawn: always answered with OptionReply.ERR_UNSUP. */
  PEEK_EXPORT: 4,
  STARTTLS: 5,
  INFO: 6,
  GO: 7,
  STRUCTURED_REPLY: 8,
  LIST_META_CONTEXT: 9,
  SET_META_CONTEXT: 10,
  /** Experimental. */
  EXTENDED_HEADERS: 11,
} as const;

/** One option. The field itself is a number: a peer may ask for any. */
export type Option = (typeof Option)[keyof typeof Option];
