/** What clients say, byte by byte: with any number in any field, so made without the codec that is put to the test. */

export const Option = {
  EXPORT_NAME: 1,
  ABORT: 2,
  LIST: 3,
  STARTTLS: 5,
  INFO: 6,
  GO: 7,
  STRUCTURED_REPLY: 8,
  LIST_META_CONTEXT: 9,
  SET_META_CONTEXT: 10,
  EXTENDED_HEADERS: 11,
} as const;

export const Command = { READ: 0, WRITE: 1, DISC: 2 } as const;

/** The command flag that says that the length is one of a payload. */
export const PAYLOAD_LEN: number = 1 << 5;

const OPTION_MAGIC = 0x4948_4156_454f_5054n;
const REQUEST_MAGIC = 0x2560_9513;
const EXTENDED_REQUEST_MAGIC = 0x21e4_1c71;

export const GREETING_BYTES = 18;
const OPTION_REPLY_HEAD_BYTES = 20;
/** The answer to a GO that asks for nothing in particular. */
export const GO_REPLY_BYTES: number = 2 * OPTION_REPLY_HEAD_BYTES + 12;

export const CLIENT_FLAGS: Buffer = u32(3);

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** The head of an option that says that `length` bytes follow. */
export function optionHead(number: number, length: number): Buffer {
  return Buffer.concat([u64(OPTION_MAGIC), u32(number), u32(length)]);
}

export function option(number: number, ...data: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(data);
  return Buffer.concat([optionHead(number, bytes.length), bytes]);
}

/** Enters the export of that name. */
export function go(exportName: string): Buffer {
  const name = Buffer.from(exportName);
  return option(Option.GO, u32(name.length), name, u16(0));
}

export interface RequestFields {
  readonly type: number;
  readonly flags?: number;
  readonly offset?: bigint;
  readonly length: bigint;
}

/** The head of a request, whose length is cut to 32 bits. */
export function request({ type, flags = 0, offset = 0n, length }: RequestFields): Buffer {
  const head = [u32(REQUEST_MAGIC), u16(flags), u16(type), u64(1n), u64(offset)];
  return Buffer.concat([...head, u32(Number(BigInt.asUintN(32, length)))]);
}

export function extendedRequest({ type, flags = 0, offset = 0n, length }: RequestFields): Buffer {
  const head = [u32(EXTENDED_REQUEST_MAGIC), u16(flags), u16(type), u64(1n), u64(offset)];
  return Buffer.concat([...head, u64(length)]);
}
