/**
 * What a client session tells its host: the server's answer to an option or a request, or the end.
 */
import type { ServerReply, WireErrorCode } from '@nbd/codec';
import type { MetaContext, ReplyMode } from '../agreement/terms.ts';
import type { EnteredExport, ExportOffer } from './export-offer.ts';
import type { Answered } from './transmission/client-request.ts';

/**
 * A newstyle server has said hello, and the client flags are on their way: options may be asked for.
 * An oldstyle server is told of as `entered`.
 */
export interface Greeted {
  readonly kind: 'greeted';
  /** False: the server knows no option but `exportName`. */
  readonly fixedNewstyle: boolean;
}

/**
 * `startTls` is granted: put TLS on the connection, then say `secured`. Bytes that still come in the
 * clear are dropped, if they are given to the session at all (K-010).
 */
export interface SecureGranted {
  readonly kind: 'secure';
}

/** `requestExtendedHeaders` or `requestStructuredReplies` is granted. */
export interface ReplyModeAgreed {
  readonly kind: 'reply-mode';
  readonly replyMode: ReplyMode;
}

/** The answer to `list`. */
export interface Listed {
  readonly kind: 'listed';
  /** In the server's order; an empty description stands for none. */
  readonly exports: readonly ServerReply[];
}

/** The answer to `listContexts`. */
export interface ContextsListed {
  readonly kind: 'contexts-listed';
  readonly exportName: string;
  /** Names of contexts, in the server's order. */
  readonly names: readonly string[];
}

/** The answer to `setContexts`. */
export interface ContextsSet {
  readonly kind: 'contexts-set';
  /** Only the export that is entered by this very name will have the contexts (K-030). */
  readonly exportName: string;
  readonly contexts: readonly MetaContext[];
}

/** The answer to `info`. */
export interface InfoTold {
  readonly kind: 'info';
  readonly offer: ExportOffer;
}

/** The answer to `go` or `exportName`, or the greeting of an oldstyle server: requests may be made. */
export interface Entered {
  readonly kind: 'entered';
  readonly entered: EnteredExport;
}

/** The server does not grant an option. The haggling goes on: ask for another, or `abort`. */
export interface OptionRefused {
  readonly kind: 'refused';
  /** The Option that was asked for. */
  readonly option: number;
  /** An OptionReply of the error class, or any other number with bit 31. */
  readonly type: number;
  /** The server's own words for a person, one line without control characters; may be empty. */
  readonly text: string;
}

/**
 * Why a session is over.
 *
 *   reason                   what happened
 *   disconnected             we said DISC, and what was in flight is answered
 *   aborted                  we said ABORT, or left in the middle of the haggling
 *   closed                   the server closed and owed us nothing
 *   closed-early             the server closed inside a message, or with something of ours unanswered
 *   oldstyle                 the server speaks oldstyle, and the host did not allow it (K-002)
 *   not-fixed-newstyle       TLS is required, and the server cannot be asked for it (K-002)
 *   bad-magic                the bytes are not what must come here, or not in the agreed form (K-001, K-021)
 *   bad-length, bad-text, bad-value  a message contradicts itself (K-007, K-027)
 *   bad-option-reply         the reply is to another option, or none for this one (K-005)
 *   option-reply-too-long    more data than any reply may have (K-006)
 *   too-many-option-replies  more of them than `optionRepliesBytesMax` or `contextsMax`
 *   no-export-info           an export is granted without a word on its size (K-008)
 *   no-transmission-flags    HAS_FLAGS is not set (K-015)
 *   export-too-large         the size has more than 53 bits (K-016)
 *   unknown-cookie           a reply to nothing, of which the length cannot be known (K-022)
 *   bad-chunk                a chunk of a type or length that cannot be (K-021, K-028, K-029)
 *   chunk-too-long           a chunk that is longer than what was asked for (K-024)
 */
export type ClientEndReason =
  | 'disconnected'
  | 'aborted'
  | 'closed'
  | 'closed-early'
  | 'oldstyle'
  | 'not-fixed-newstyle'
  | 'bad-option-reply'
  | 'option-reply-too-long'
  | 'too-many-option-replies'
  | 'no-export-info'
  | 'no-transmission-flags'
  | 'export-too-large'
  | 'unknown-cookie'
  | 'bad-chunk'
  | 'chunk-too-long'
  | WireErrorCode;

/** The last event: every request is answered. Send the output, then close. */
export interface ClientEnded {
  readonly kind: 'ended';
  readonly reason: ClientEndReason;
  /** What was expected and what was found, one line for a log; empty if the reason says it all. */
  readonly text: string;
}

/** The answers to options. */
export type OptionAnswer =
  | SecureGranted
  | ReplyModeAgreed
  | Listed
  | ContextsListed
  | ContextsSet
  | InfoTold
  | Entered
  | OptionRefused;

export type ClientEvent = Greeted | OptionAnswer | Answered | ClientEnded;
