/**
 * The offset that an extended reply echoes, where a number cannot hold it: a client may send any 64 bits,
 * and they are copied bit by bit, like those of the cookie (C-175).
 *
 * Both the extended request and the extended chunk have it at the same place; see their tables in
 * `@nbd/codec`.
 */
import type { InFlight } from './in-flight.ts';

const OFFSET_AT = 16;
const LOW_WORD = 4;

/** Takes the offset of the request whose header is at `at`. */
export function keepOffset(view: DataView, at: number, request: InFlight): void {
  request.offsetHigh = view.getInt32(at + OFFSET_AT);
  request.offsetLow = view.getInt32(at + OFFSET_AT + LOW_WORD);
}

/** Puts it into the chunk whose header is at `at`. */
export function echoOffset(view: DataView, at: number, request: InFlight): void {
  view.setInt32(at + OFFSET_AT, request.offsetHigh);
  view.setInt32(at + OFFSET_AT + LOW_WORD, request.offsetLow);
}
