/**
 * How requests fail.
 * Spec: proto.md, "Error values".
 */
import { ErrorCode } from '@nbd/codec';

/** Why a request failed. */
export interface ClientFailure {
  /**
   * - `refused`: the server says so.
   * - `bad-reply`: the server's reply is not one to this request; nothing is known of what it did.
   * - `ended`: the session was over before the reply came; the same.
   */
  readonly kind: 'refused' | 'bad-reply' | 'ended';
  /** The server's, EINVAL for a number that is not one of the protocol (K-031); EIO for the other kinds. */
  readonly code: ErrorCode;
  /** For a person, one line without control characters; the server's own words for `refused`, maybe none. */
  readonly text: string;
  /** Where the server met the error, bytes from the start of the export, inside the request. */
  readonly offset: number | undefined;
}

const KNOWN = new Map<number, ErrorCode>(
  Object.values(ErrorCode)
    .filter((code) => code !== ErrorCode.OK)
    .map((code) => [code, code]),
);

/** The server says no more than a number; one that the protocol does not have stands for EINVAL (K-031). */
export function refused(error: number): ClientFailure {
  const code = KNOWN.get(error) ?? ErrorCode.EINVAL;
  return { kind: 'refused', code, text: '', offset: undefined };
}

/** The reply is not one to its request. */
export function badReply(text: string): ClientFailure {
  return { kind: 'bad-reply', code: ErrorCode.EIO, text, offset: undefined };
}

/** There will be no reply. */
export function neverAnswered(text: string): ClientFailure {
  return { kind: 'ended', code: ErrorCode.EIO, text, offset: undefined };
}
