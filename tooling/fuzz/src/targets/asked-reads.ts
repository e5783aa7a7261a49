/**
 * The requests in what a client says, found by their magic numbers, wherever these are. Who reads simple replies must know
 * how much data is behind each, and the cookie tells; so each message's request is given a cookie of its own.
 */
import { Command, EXTENDED_REQUEST_MAGIC, REQUEST_MAGIC } from '@nbd/codec';

const COOKIE_AT = 8;
const HEAD_BYTES = 28;

/** The messages, copied, with the number of the message as the cookie of the request with which it begins. */
export function withOwnCookies(messages: readonly Uint8Array[]): readonly Uint8Array[] {
  return messages.map((message, number) => {
    const copy = message.slice();
    const view = new DataView(copy.buffer);
    if (copy.length >= HEAD_BYTES && isRequest(view, 0)) {
      view.setBigUint64(COOKIE_AT, BigInt(number + 1));
    }
    return copy;
  });
}

/** Lengths of the READs in `stream`, by the lower half of the cookie; undefined if two requests have the same. */
export function readLengths(stream: Uint8Array): ReadonlyMap<number, number> | undefined {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  const lengths = new Map<number, number>();
  for (let at = 0; at + HEAD_BYTES <= stream.length; at++) {
    if (!isRequest(view, at)) continue;
    const cookie = view.getInt32(at + 12);
    if (lengths.has(cookie)) return undefined;
    const isRead = view.getUint16(at + 6) === Command.READ;
    lengths.set(cookie, isRead ? view.getUint32(at + 24) : 0);
  }
  return lengths;
}

function isRequest(view: DataView, at: number): boolean {
  const magic = view.getUint32(at);
  return magic === REQUEST_MAGIC || magic === EXTENDED_REQUEST_MAGIC;
}
