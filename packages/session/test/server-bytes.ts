/** What a server answers, as bytes. */
import {
  encodeExportNameReply,
  encodeGreeting,
  encodeInfoReply,
  encodeMetaContextReply,
  encodeOptionReplyHeader,
  encodeServerReply,
  encodeSimpleReply,
  type ExportNameReply,
  GREETING_BYTES,
  HandshakeFlag,
  type InfoReply,
  measureExportNameReply,
  measureInfoReply,
  measureMetaContextReply,
  measureServerReply,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  SIMPLE_REPLY_BYTES,
} from '@nbd/codec';
import { concat, written } from './client-bytes.ts';

const NOTHING = new Uint8Array(0);

export function greeting(): Uint8Array {
  const handshakeFlags = HandshakeFlag.FIXED_NEWSTYLE | HandshakeFlag.NO_ZEROES;
  return written(GREETING_BYTES, (view) => encodeGreeting(view, 0, { handshakeFlags }));
}

export function optionReply(option: number, type: number, data: Uint8Array = NOTHING): Uint8Array {
  const head = { option, type, length: data.length };
  return concat(
    written(OPTION_REPLY_HEADER_BYTES, (view) => encodeOptionReplyHeader(view, 0, head)),
    data,
  );
}

export function ack(option: number): Uint8Array {
  return optionReply(option, OptionReply.ACK);
}

/** One fact about an export. */
export function info(option: number, fact: InfoReply): Uint8Array {
  const data = written(measureInfoReply(fact), (view) => encodeInfoReply(view, 0, fact));
  return optionReply(option, OptionReply.INFO, data);
}

/** The fact that INFO and GO always tell. */
export function exportInfo(option: number, size: number, transmissionFlags: number): Uint8Array {
  return info(option, { kind: 'export', size, transmissionFlags });
}

/** One export of a list. */
export function listed(option: number, name: string, description = ''): Uint8Array {
  const entry = { name, description };
  const data = written(measureServerReply(entry), (view) => encodeServerReply(view, 0, entry));
  return optionReply(option, OptionReply.SERVER, data);
}

/** One context of a list or a selection. */
export function metaContext(option: number, contextId: number, name: string): Uint8Array {
  const context = { contextId, name };
  const data = written(measureMetaContextReply(context), (view) =>
    encodeMetaContextReply(view, 0, context),
  );
  return optionReply(option, OptionReply.META_CONTEXT, data);
}

export function exportNameReply(reply: ExportNameReply): Uint8Array {
  return written(measureExportNameReply(reply), (view) => encodeExportNameReply(view, 0, reply));
}

/** The reply to the request with this cookie, of which this is the lower half. */
export function simpleReply(cookie = 1, data: Uint8Array = NOTHING): Uint8Array {
  return concat(errorReply(cookie, 0), data);
}

export function errorReply(cookie: number, error: number, cookieHigh = 0): Uint8Array {
  return written(SIMPLE_REPLY_BYTES, (view) =>
    encodeSimpleReply(view, 0, { error, cookieHigh, cookieLow: cookie }),
  );
}
