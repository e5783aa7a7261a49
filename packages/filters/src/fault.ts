/**
 * What can go wrong with a call of a disk: which calls, and what befalls them.
 */
import type { DriverErrorCode } from '@nbd/driver';

/** The calls of a disk, by the names of a driver's methods. A `readBatch` counts as its reads. */
export type DiskCall =
  | 'read'
  | 'write'
  | 'flush'
  | 'trim'
  | 'zero'
  | 'cache'
  | 'extents'
  | 'resize';

/** Which calls a fault falls on. Without any of these: on all, every time. */
export interface FaultScope {
  /** Calls of this kind, or of these kinds. Absent: of any. */
  readonly on?: DiskCall | readonly DiskCall[];
  /** Calls whose range has a byte in common with this one, in bytes. `flush` and `resize` have no range. */
  readonly touching?: { readonly offset: number; readonly length: number };
  /** The n-th call that fits, counted from 1 since the fault was added; those before it are spared. */
  readonly nth?: number;
  /** So often at the most. Default: once with `nth`, else without end. */
  readonly times?: number;
  /** The probability for each call that fits, 0 to 1, drawn from the seed. Calls that are spared do not count for `nth`. */
  readonly chance?: number;
}

/** What befalls a call. Several effects take place in the order of this list. */
export interface FaultEffects {
  /** Waits so many milliseconds of the plan's clock before anything else. */
  readonly delay?: number;
  /** Waits until the fault is released or removed. */
  readonly hang?: true;
  /** Nothing is done, and the answer is as if it had been: a lost write, a flush that lies. A read finds zeroes. */
  readonly lose?: true;
  /**
   * Only the beginning is done: so many bytes of a write, zero, trim or read, rounded down to what the disk can
   * do; "anywhere": a number of whole sectors of 512 bytes, drawn from the seed. The rest of a read is zeroes.
   */
  readonly tear?: { readonly after: number } | 'anywhere';
  /**
   * So many bytes have one bit flipped, on their way to the disk or from it: those of a write or a read, and of
   * `touching` if it is given. Which ones is drawn from the seed.
   */
  readonly corrupt?: { readonly bytes: number };
  /** Throws a `DriverError` of this code. Nothing is done before it, but for what `tear` and `corrupt` ask for. */
  readonly fail?: DriverErrorCode;
}

/** A fault in one object that reads as a sentence: `{ on: 'write', nth: 3, fail: 'ENOSPC' }`. */
export interface Fault extends FaultScope, FaultEffects {}

const SCOPES = ['on', 'touching', 'nth', 'times', 'chance'] as const satisfies (keyof FaultScope)[];
const EFFECTS = ['delay', 'hang', 'lose', 'tear', 'corrupt', 'fail'] as const;

/** The calls that a fault may fall on. */
export const DISK_CALLS: readonly DiskCall[] = [
  'read',
  'write',
  'flush',
  'trim',
  'zero',
  'cache',
  'extents',
  'resize',
];

/** The codes by which a fault may fail. */
export const FAIL_CODES: readonly DriverErrorCode[] = [
  'EPERM',
  'EIO',
  'ENOMEM',
  'EINVAL',
  'ENOSPC',
  'ENOTSUP',
  'ESHUTDOWN',
];

/**
 * Looks at a scope: a fault that falls on nothing would let a test pass for nothing.
 *
 * @throws RangeError for a number that cannot be; TypeError for a call that there is not
 */
export function checkScope({ on = [], touching, nth, times, chance }: FaultScope): void {
  for (const call of typeof on === 'string' ? [on] : on) checkWord('on', call, DISK_CALLS);
  if (nth !== undefined) checkWhole('nth', nth, 1);
  if (times !== undefined) checkWhole('times', times, 1);
  if (touching !== undefined) {
    checkWhole('touching.offset', touching.offset, 0);
    checkWhole('touching.length', touching.length, 1);
  }
  if (chance !== undefined && !(chance >= 0 && chance <= 1)) {
    throw new RangeError(`chance: expected 0 to 1, found ${chance}`);
  }
}

/**
 * Looks at the effects of a fault.
 *
 * @throws RangeError for a number that cannot be; TypeError for a word that cannot, and when there is no effect
 */
export function checkEffects(fault: FaultEffects): void {
  for (const [key, value] of Object.entries(fault)) {
    if (value !== undefined) checkWord('key of a fault', key, [...SCOPES, ...EFFECTS]);
  }
  if (EFFECTS.every((effect) => fault[effect] === undefined)) {
    throw new TypeError(`expected a fault with one of ${EFFECTS.join(', ')}, found none of them`);
  }
  const { delay, tear, corrupt, fail } = fault;
  if (fail !== undefined) checkWord('fail', fail, FAIL_CODES);
  if (typeof tear === 'string') checkWord('tear', tear, ['anywhere']);
  if (delay !== undefined && !(delay >= 0 && delay < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`delay: expected milliseconds, at least 0, found ${delay}`);
  }
  if (typeof tear === 'object') checkWhole('tear.after', tear.after, 0);
  if (corrupt !== undefined) checkWhole('corrupt.bytes', corrupt.bytes, 1);
}

function checkWord(name: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  throw new TypeError(`${name}: expected one of ${known.join(', ')}, found ${word}`);
}

function checkWhole(name: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new RangeError(`${name}: expected a whole number of at least ${minimum}, found ${value}`);
}
