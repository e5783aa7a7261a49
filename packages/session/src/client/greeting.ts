/**
 * The server's first words: a greeting of the newstyle or the oldstyle handshake (K-001).
 * Spec: proto.md, "Session negotiation".
 */
import {
  decodeGreeting,
  decodeOldstyleGreeting,
  type Greeting,
  GREETING_BYTES,
  GREETING_STYLE_BYTES,
  OLDSTYLE_GREETING_BYTES,
  type OldstyleGreeting,
  readGreetingStyle,
} from '@nbd/codec';
import type { Inbox } from '../memory/inbox.ts';

export type ServerGreeting =
  | ({ readonly kind: 'newstyle' } & Greeting)
  | ({ readonly kind: 'oldstyle' } & OldstyleGreeting);

/**
 * Reads past the greeting; undefined: not all of it is here yet.
 *
 * @throws WireError "bad-magic" if this is no NBD server
 */
export function readGreeting(inbox: Inbox): ServerGreeting | undefined {
  if (!inbox.peek(GREETING_STYLE_BYTES)) return undefined;
  if (readGreetingStyle(inbox.view, inbox.at) === 'newstyle') {
    if (!inbox.header(GREETING_BYTES)) return undefined;
    return { kind: 'newstyle', ...decodeGreeting(inbox.view, inbox.at, { handshakeFlags: 0 }) };
  }
  if (!inbox.header(OLDSTYLE_GREETING_BYTES)) return undefined;
  const fields = { size: 0, transmissionFlags: 0, handshakeFlags: 0 };
  return { kind: 'oldstyle', ...decodeOldstyleGreeting(inbox.view, inbox.at, fields) };
}
