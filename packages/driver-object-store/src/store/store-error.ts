/** Why a call to a store failed. */

/**
 * - `unreachable`: no answer within the deadline, after all retries; nothing was changed.
 * - `ambiguous`: no answer to a request that changes something: it may have taken effect, or may yet.
 * - `denied`: the store knows us not, or forbids it. It will not help to try again.
 * - `missing`: the bucket is not there.
 * - `invalid`: the store answered what makes no sense, or refused what we said.
 * - `full`: no room is left, or a quota is reached.
 * - `closed`: `close` was called, or the signal fired.
 */
export type StoreErrorCode =
  | 'unreachable'
  | 'ambiguous'
  | 'denied'
  | 'missing'
  | 'invalid'
  | 'full'
  | 'closed';

/** One line that a person understands; never with credentials in it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
