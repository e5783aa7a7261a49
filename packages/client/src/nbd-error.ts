import { spellErrorCode } from '@nbd/codec';
import type { ClientFailure } from '@nbd/session';

/**
 * What went wrong at the other end, or on the way to it.
 *
 * Of a request, `code` is the error of the wire (`EPERM`, `EIO`, `ENOMEM`, `EINVAL`, `ENOSPC`, `EOVERFLOW`,
 * `ENOTSUP`, `ESHUTDOWN`), of the handshake the error of the option (`ERR_UNKNOWN`, `ERR_POLICY`,
 * `ERR_TLS_REQD`, …). `EPROTO`: the server broke the protocol. `ECONNRESET`: the connection was lost, and
 * whether the request was done is open. `ETIMEDOUT`: the server did not answer within `connectTimeout`.
 * `ESTALE`: after a reconnection the export is another one. Anything else is a code of Node, for sockets
 * (`ECONNREFUSED`) and TLS (`SELF_SIGNED_CERT_IN_CHAIN`), whose error is the `cause`.
 */
export class NbdError extends Error {
  override readonly name = 'NbdError';
  readonly code: string;
  /** Where in the export, bytes: as the server said, or else where the request began. */
  readonly offset: number | undefined;

  constructor(code: string, message: string, options: NbdErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.offset = options.offset;
  }
}

export interface NbdErrorOptions {
  readonly offset?: number | undefined;
  readonly cause?: unknown;
}

/** An error of a socket or of TLS as an `NbdError` with the same code, saying what was attempted. */
export function nbdErrorFrom(cause: unknown, attempt: string): NbdError {
  if (cause instanceof NbdError) return cause;
  if (!(cause instanceof Error)) return new NbdError('EIO', `${attempt}: ${String(cause)}`);
  const code = (cause as NodeJS.ErrnoException).code;
  return new NbdError(code ?? 'EIO', `${attempt}: ${textOf(cause)}`, { cause });
}

function textOf(cause: Error): string {
  // The message of OpenSSL is numbers and a place in its sources, around the reason.
  if ('reason' in cause && typeof cause.reason === 'string' && 'library' in cause) {
    return `${String(cause.library)}: ${cause.reason}`;
  }
  // A host with several addresses fails with one error for each; the message of the whole is empty.
  const [first] = cause instanceof AggregateError ? (cause.errors as readonly unknown[]) : [];
  const text = cause.message === '' && first instanceof Error ? first.message : cause.message;
  return text.trimEnd();
}

/** How a request has failed that began at `requestOffset`. */
export function nbdErrorOf(failure: ClientFailure, requestOffset: number): NbdError {
  const { kind, code, text, offset = requestOffset } = failure;
  if (kind === 'bad-reply') {
    return new NbdError('EPROTO', `the reply is not one to this request: ${text}`, { offset });
  }
  const name = spellErrorCode(code);
  // A simple reply has no words.
  return new NbdError(name, text === '' ? `the server answered ${name}` : text, { offset });
}
