/** The one error of this package: what a peer sent is not the message it should be. */

/**
 * - `bad-magic`: the bytes do not begin as this message must; the stream has lost its framing.
 * - `bad-length`: a length inside the message disagrees with the bytes that are there, or exceeds a limit.
 * - `bad-text`: a string is not UTF-8, or holds a NUL.
 * - `bad-value`: a field holds a value that the protocol rules out.
 */
export type WireErrorCode = 'bad-magic' | 'bad-length' | 'bad-text' | 'bad-value';

/**
 * These bytes cannot be this message. It is always the peer's fault; what the caller does wrong
 * (a view too short, a string too long to send) throws a RangeError instead.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
