import { overrideLimits } from '../override-limits.ts';

/** What a server may make us hold: each limit with its unit, its default and the reason. */
export interface ClientLimits {
  /**
   * Option replies gathered for one option, headers included, bytes: 4 MiB, room for 100 000 exports.
   * More of them end the session (K-006).
   */
  readonly optionRepliesBytesMax: number;
  /** Meta contexts that one SET_META_CONTEXT selects, 256: each reply looks for its own. More end the session. */
  readonly contextsMax: number;
  /**
   * Extents kept of the reply to one BLOCK_STATUS, 131 072, shared evenly by the contexts that it asks for.
   * The rest is dropped: fewer is lawful (K-029).
   */
  readonly extentsMax: number;
}

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  optionRepliesBytesMax: 4 * 2 ** 20,
  contextsMax: 256,
  extentsMax: 2 ** 17,
};

/**
 * The defaults with `overrides` in their place.
 *
 * @throws TypeError for a limit that there is not; RangeError for one that is not a safe integer of at least 1
 */
export function clientLimitsWith(overrides: Partial<ClientLimits> = {}): ClientLimits {
  return overrideLimits(DEFAULT_CLIENT_LIMITS, overrides);
}
