/** Why something could not be done with a volume as a whole. */

/**
 * - `conditions`: the store does not check conditional writes, so no volume is safe on it.
 * - `damaged`: what the store holds is not a volume, or not all of one.
 * - `deposed`: another host has taken the volume over.
 * - `exists`: there is one of that name already.
 * - `in-use`: another host serves the volume, or something depends on it.
 * - `invalid`: an argument cannot be.
 * - `missing`: there is none of that name.
 */
export type VolumeErrorCode =
  | 'conditions'
  | 'damaged'
  | 'deposed'
  | 'exists'
  | 'in-use'
  | 'invalid'
  | 'missing';

/** One line that a person understands. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
  readonly code: VolumeErrorCode;

  constructor(code: VolumeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
