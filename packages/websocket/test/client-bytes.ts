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

export interface ClientRequest {
  /** A Command. */
  readonly type: number;
  readonly offset?: number;
  readonly length?: number;
  readonly payload?: Uint8Array;
}

/** A client of the modern kind, which enters the default export. */
export function entrance(): Uint8Array {
  const go = { exportName: '', infos: [] };
  const length = measureInfoRequest(go);
  return Buffer.concat([
    written(CLIENT_FLAGS_BYTES, (view) => encodeClientFlags(view, 0, { clientFlags: 3 })),
    written(OPTION_HEADER_BYTES + length, (view) => {
      encodeInfoRequest(view, encodeOptionHeader(view, 0, { option: Option.GO, length }), go);
    }),
  ]);
}

/** A request, with its payload behind it; `cookie` is repeated by the reply. */
export function request(
  cookie: number,
  { type, offset = 0, payload = new Uint8Array(0), length = payload.length }: ClientRequest,
): Uint8Array {
  const head = { flags: 0, type, cookieHigh: 0, cookieLow: cookie, offset, length };
  return Buffer.concat([written(REQUEST_BYTES, (view) => encodeRequest(view, 0, head)), payload]);
}

export function goodbye(): Uint8Array {
  return request(0, { type: Command.DISC });
}

function written(bytes: number, encode: (view: DataView) => unknown): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  encode(view);
  return new Uint8Array(view.buffer);
}
