/** What a client says, as bytes. */
import {
  CLIENT_FLAGS_BYTES,
  Command,
  encodeClientFlags,
  encodeInfoRequest,
  encodeOptionHeader,
  encodeRequest,
  measureInfoRequest,
  Option,
  OPTION_HEADER_BYTES,
  REQUEST_BYTES,
} from '@nbd/codec';

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

/** `length` bytes that tell their place, and by `tag` whose they are. */
export function content(length: number, tag = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + tag * 31 + 1) % 251);
}

export function clientFlags(flags = 3): Uint8Array {
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

/** INFO or GO. */
export function naming(number: number, exportName: string): Uint8Array {
  const data = { exportName, infos: [] };
  return option(
    number,
    written(measureInfoRequest(data), (view) => encodeInfoRequest(view, 0, data)),
  );
}

export function go(exportName = ''): Uint8Array {
  return naming(Option.GO, exportName);
}

export interface RequestFields {
  readonly type: number;
  readonly cookie?: number;
  readonly offset?: number;
  readonly length?: number;
}

export function request({ type, cookie = 1, offset = 0, length = 0 }: RequestFields): Uint8Array {
  const fields = { flags: 0, type, cookieHigh: 0, cookieLow: cookie, offset, length };
  return written(REQUEST_BYTES, (view) => encodeRequest(view, 0, fields));
}

export function read(offset: number, length: number, cookie = 1): Uint8Array {
  return request({ type: Command.READ, offset, length, cookie });
}

export function write(offset: number, payload: Uint8Array, cookie = 1): Uint8Array {
  return concat(request({ type: Command.WRITE, offset, length: payload.length, cookie }), payload);
}

export function disconnect(): Uint8Array {
  return request({ type: Command.DISC });
}

function written(bytes: number, encode: (view: DataView) => unknown): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  encode(view);
  return new Uint8Array(view.buffer);
}
