/** What a client says, as bytes. */
import {
  CLIENT_FLAGS_BYTES,
  Command,
  CommandFlag,
  encodeClientFlags,
  encodeExtendedRequest,
  encodeInfoRequest,
  encodeMetaContextRequest,
  encodeOptionHeader,
  encodeRequest,
  encodeText,
  EXTENDED_REQUEST_BYTES,
  measureInfoRequest,
  measureMetaContextRequest,
  measureText,
  Option,
  OPTION_HEADER_BYTES,
  type Request,
  REQUEST_BYTES,
} from '@nbd/codec';
import type { ReplyMode } from '../src/index.ts';

const NOTHING = new Uint8Array(0);

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `bytes` bytes that `encode` writes. */
export function written(bytes: number, encode: (view: DataView) => unknown): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  encode(view);
  return new Uint8Array(view.buffer);
}

export function text(value: string): Uint8Array {
  return written(measureText(value), (view) => encodeText(view, 0, value));
}

/** `length` bytes that tell their place: no two neighbours, and no two places 251 apart, are confused. */
export function content(length: number, tag = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + tag + 1) % 251);
}

export function clientFlags(flags: number): Uint8Array {
  return written(CLIENT_FLAGS_BYTES, (view) => encodeClientFlags(view, 0, { clientFlags: flags }));
}

export function option(number: number, data: Uint8Array = NOTHING): Uint8Array {
  return concat(optionHead(number, data.length), data);
}

/** The head of an option whose data comes apart, or never. */
export function optionHead(number: number, length: number): Uint8Array {
  return written(OPTION_HEADER_BYTES, (view) =>
    encodeOptionHeader(view, 0, { option: number, length }),
  );
}

export function exportNameOption(name: string): Uint8Array {
  return option(Option.EXPORT_NAME, text(name));
}

/** INFO or GO. */
export function infoOption(number: number, exportName: string, ...infos: number[]): Uint8Array {
  const data = { exportName, infos };
  return option(
    number,
    written(measureInfoRequest(data), (view) => encodeInfoRequest(view, 0, data)),
  );
}

export function go(exportName = '', ...infos: number[]): Uint8Array {
  return infoOption(Option.GO, exportName, ...infos);
}

/** LIST_META_CONTEXT or SET_META_CONTEXT. */
export function contextsOption(
  number: number,
  exportName: string,
  ...queries: string[]
): Uint8Array {
  const data = { exportName, queries };
  return option(
    number,
    written(measureMetaContextRequest(data), (view) => encodeMetaContextRequest(view, 0, data)),
  );
}

/** The options by which that form of replies is agreed on, and these contexts are selected, if there are any. */
export function agreement(
  replyMode: ReplyMode,
  exportName: string,
  ...contexts: string[]
): Uint8Array {
  const parts: Uint8Array[] = [];
  if (replyMode === 'structured') parts.push(option(Option.STRUCTURED_REPLY));
  if (replyMode === 'extended') parts.push(option(Option.EXTENDED_HEADERS));
  if (contexts.length > 0) {
    parts.push(contextsOption(Option.SET_META_CONTEXT, exportName, ...contexts));
  }
  return concat(...parts);
}

/** A request; `cookie` is its lower half, unless both halves are given. */
export function request(fields: Partial<Request> & { readonly cookie?: number }): Uint8Array {
  const { cookie = 1, ...rest } = fields;
  const whole = {
    flags: 0,
    type: Command.READ,
    cookieHigh: 0,
    cookieLow: cookie,
    offset: 0,
    length: 0,
    ...rest,
  };
  return written(REQUEST_BYTES, (view) => encodeRequest(view, 0, whole));
}

/** A request of the extended form; `length` is that of its payload if `flags` say so. */
export function extendedRequest(
  fields: Partial<Request> & { readonly cookie?: number },
): Uint8Array {
  const { cookie = 1, ...rest } = fields;
  const whole = {
    flags: 0,
    type: Command.READ,
    cookieHigh: 0,
    cookieLow: cookie,
    offset: 0,
    length: 0,
    ...rest,
  };
  return written(EXTENDED_REQUEST_BYTES, (view) => encodeExtendedRequest(view, 0, whole));
}

/** A request in the form that goes with that of the replies; a WRITE has its payload, and its length from it. */
export function requestIn(
  replyMode: ReplyMode,
  fields: Partial<Request> & { readonly cookie?: number; readonly payload?: Uint8Array },
): Uint8Array {
  const { payload = NOTHING, ...rest } = fields;
  const { flags = 0, length = 0 } = rest;
  const isWrite = rest.type === Command.WRITE;
  const head = { ...rest, length: isWrite ? payload.length : length };
  if (replyMode !== 'extended') return concat(request(head), payload);
  const lengthFlag = isWrite ? CommandFlag.PAYLOAD_LEN : 0;
  return concat(extendedRequest({ ...head, flags: flags | lengthFlag }), payload);
}

/** `bytes`, which begin with a request, with any offset of 64 bits in it. */
export function withOffset(bytes: Uint8Array, offset: bigint): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setBigUint64(16, offset);
  return copy;
}

export function read(offset: number, length: number, cookie = 1): Uint8Array {
  return request({ type: Command.READ, offset, length, cookie });
}

export function write(
  offset: number,
  payload: Uint8Array,
  { cookie = 1, flags = 0 }: { readonly cookie?: number; readonly flags?: number } = {},
): Uint8Array {
  const head = request({ type: Command.WRITE, offset, length: payload.length, cookie, flags });
  return concat(head, payload);
}

export function disconnect(): Uint8Array {
  return request({ type: Command.DISC });
}
