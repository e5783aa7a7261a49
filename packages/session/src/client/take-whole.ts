/** Reading of the small parts of messages, which are acted on when all of them is here. */
import type { Inbox } from '../memory/inbox.ts';

/**
 * Reads past `bytes` bytes and answers them in one piece, borrowed until the inbox is used again; undefined:
 * not all here yet. Memory is taken as they arrive, so it is for the caller to bound `bytes`.
 */
export function takeWhole(inbox: Inbox, bytes: number): Uint8Array | undefined {
  if (!inbox.header(bytes)) return undefined;
  const { view, at } = inbox;
  return new Uint8Array(view.buffer, view.byteOffset + at, bytes);
}
