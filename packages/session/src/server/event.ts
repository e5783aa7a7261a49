/**
 * What a server session tells its host: a question of the handshake, a request to carry out, or the end.
 */
import type { WireErrorCode } from '@nbd/codec';
import type { InFlight } from './transmission/in-flight.ts';

/** LIST: answer with `grantList` or `refuse`. */
export interface ListAsked {
  readonly kind: 'list';
}

/** INFO, GO or EXPORT_NAME: answer with `grantExport` or `refuse`. */
export interface ExportAsked {
  readonly kind: 'open';
  /** Option.INFO, Option.GO or Option.EXPORT_NAME. */
  readonly option: number;
  /** The name as the client sent it; empty for the default export. */
  readonly exportName: string;
}

/** LIST_META_CONTEXT or SET_META_CONTEXT: answer with `grantContexts` or `refuse`. */
export interface ContextsAsked {
  readonly kind: 'contexts';
  /** Option.LIST_META_CONTEXT or Option.SET_META_CONTEXT. */
  readonly option: number;
  /** The name as the client sent it; empty for the default export. */
  readonly exportName: string;
}

/**
 * STARTTLS, already acknowledged: send the output, put TLS on the connection, then say `secured`. No byte
 * that came in the clear is looked at any more.
 */
export interface SecureAsked {
  readonly kind: 'secure';
}

/**
 * Why a session is over.
 *
 *   reason             what happened
 *   disconnected       the client said DISC
 *   aborted            the client said ABORT
 *   closed             the client closed between messages
 *   closed-early       the client closed inside a message
 *   left               we leave: there was nothing more to answer
 *   refused            EXPORT_NAME named what it cannot have; there is no error reply to it
 *   plaintext-after-starttls  the client went on in the clear when TLS was to begin (C-093)
 *   bad-…              the bytes cannot be what must come here: the stream is lost
 *   unknown-client-flags, not-fixed-newstyle, option-too-long, too-many-options, payload-too-long
 *                      the client broke a rule that has no reply
 */
export type EndReason =
  | 'disconnected'
  | 'aborted'
  | 'closed'
  | 'closed-early'
  | 'left'
  | 'refused'
  | 'unknown-client-flags'
  | 'not-fixed-newstyle'
  | 'option-too-long'
  | 'too-many-options'
  | 'payload-too-long'
  | 'plaintext-after-starttls'
  | WireErrorCode;

/** Nothing more will be read. Answer what is lent, send the output, then close. */
export interface Ended {
  readonly kind: 'ended';
  readonly reason: EndReason;
}

export type Question = ListAsked | ExportAsked | ContextsAsked;

export type ServerEvent = Question | SecureAsked | InFlight | Ended;
