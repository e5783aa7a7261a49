import { STRING_BYTES_MAX } from '@nbd/codec';
import { overrideLimits } from './override-limits.ts';

/**
 * What one connection may ask of us: each limit with its unit, its default and the reason.
 * A peer that passes a limit is held back where the protocol lets us, refused where it does not.
 */
export interface SessionLimits {
  /**
   * Options per handshake, 1024, and another 8 for each export that was listed: a client needs fewer than
   * ten, a lister of many exports three or four for each (C-052).
   */
  readonly optionsMax: number;
  /** Option data that is held in memory, bytes: 1 MiB. More is drained and answered TOO_BIG (C-047). */
  readonly optionBytesMax: number;
  /** Option data that is drained, bytes: 32 MiB, as QEMU does. A longer option ends the session (C-046). */
  readonly optionDrainBytesMax: number;
  /** The longest export name or context query that a client may send, bytes: 4096, the most of the protocol (C-049). */
  readonly nameBytesMax: number;
  /** The largest READ or WRITE, bytes: 32 MiB, the most that portable clients ask for. Advertised (C-136). */
  readonly payloadBytesMax: number;
  /** A refused WRITE's payload that is drained, bytes: 64 MiB. A longer one ends the session (C-222). */
  readonly payloadDrainBytesMax: number;
  /** Requests under way at a time, 128: beyond it we stop reading (C-187). */
  readonly inFlightMax: number;
  /** Bytes of READs and WRITEs under way, 32 MiB: beyond it we stop reading, but a lone request always passes. */
  readonly inFlightBytesMax: number;
  /**
   * Bytes of replies that the peer has not yet taken, 512 KiB: beyond it we stop serving (C-188). Less where many peers
   * are slow: see `MemoryLimits`.
   */
  readonly unsentBytesMax: number;
  /**
   * Extents of one meta context in a reply to BLOCK_STATUS, 65,536: the rest is for the next request. That is 1 MiB in
   * the larger form; 1,048,576 at the most (C-257).
   */
  readonly extentsMax: number;
}

/** What all sessions that share a pool may hold together, in one thread. */
export interface MemoryLimits {
  /**
   * Requests under way, 4096: as many as 32 sessions may have. Beyond it a session begins a request only if it has
   * fewer than 16 of its own, so that many who ask for much do not queue up at the disks before one who asks for little.
   */
  readonly allInFlightMax: number;
  /**
   * Memory kept for later use, bytes: 32 MiB. Less than a busy server lends would be allocated over and over,
   * and is not freed before the garbage collector comes round.
   */
  readonly idleBytesMax: number;
  /**
   * Memory lent, bytes: 64 MiB, as much as two sessions may have under way. Beyond it a session begins a request
   * only if it is alone or within 1 MiB of its own.
   */
  readonly lentBytesMax: number;
  /**
   * Memory that replies may wait in for slow peers, bytes: 8 MiB. Each session may leave a quarter of what others have
   * left of it: a few have their own `unsentBytesMax`, 64 that read nothing have 120 KiB each.
   */
  readonly allUnsentBytesMax: number;
}

export const DEFAULT_MEMORY_LIMITS: MemoryLimits = {
  allInFlightMax: 4096,
  idleBytesMax: 32 * 2 ** 20,
  lentBytesMax: 64 * 2 ** 20,
  allUnsentBytesMax: 8 * 2 ** 20,
};

/** Disks prefer requests of this size where they do not say otherwise, so it must be lawful. */
const PAYLOAD_BYTES_MIN = 4096;

export const DEFAULT_LIMITS: SessionLimits = {
  optionsMax: 1024,
  optionBytesMax: 2 ** 20,
  optionDrainBytesMax: 32 * 2 ** 20,
  nameBytesMax: STRING_BYTES_MAX,
  payloadBytesMax: 32 * 2 ** 20,
  payloadDrainBytesMax: 64 * 2 ** 20,
  inFlightMax: 128,
  inFlightBytesMax: 32 * 2 ** 20,
  unsentBytesMax: 512 * 1024,
  extentsMax: 2 ** 16,
};

/** What the protocol, or our own promises to disks, make of each limit; of those that are not here, anything from 1 on. */
export const LIMIT_BOUNDS: {
  readonly [Name in keyof SessionLimits]?: { readonly minimum?: number; readonly maximum?: number };
} = {
  nameBytesMax: { maximum: STRING_BYTES_MAX },
  payloadBytesMax: { minimum: PAYLOAD_BYTES_MIN },
  extentsMax: { maximum: 2 ** 20 },
};

/**
 * The defaults with `overrides` in their place.
 *
 * @throws TypeError for a limit that there is not; RangeError for one that is not a safe integer of at least 1, or out of
 * its `LIMIT_BOUNDS`
 */
export function limitsWith(overrides: Partial<SessionLimits> = {}): SessionLimits {
  const limits = overrideLimits(DEFAULT_LIMITS, overrides);
  for (const [name, bounds] of Object.entries(LIMIT_BOUNDS)) {
    const value = limits[name as keyof SessionLimits];
    const { minimum = 1, maximum = Number.MAX_SAFE_INTEGER } = bounds;
    if (value < minimum) throw new RangeError(`${name} must be at least ${minimum}, not ${value}`);
    if (value > maximum) throw new RangeError(`${name} must be at most ${maximum}, not ${value}`);
  }
  return limits;
}

/**
 * The defaults with `overrides` in their place.
 *
 * @throws TypeError for a limit that there is not; RangeError for one that is not a safe integer of at least 1
 */
export function memoryLimitsWith(overrides: Partial<MemoryLimits> = {}): MemoryLimits {
  return overrideLimits(DEFAULT_MEMORY_LIMITS, overrides);
}
