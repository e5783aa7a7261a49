/**
 * The base of every filter: a driver that does what another does, but for what is overridden.
 */
import type { Driver } from './driver.ts';

/**
 * What a filter does otherwise than the driver within. A member given as `undefined` takes the
 * capability away; one that is not given stays as it is within.
 */
export type DriverOverrides = Partial<Pick<Driver, 'size' | 'read'>> & {
  readonly [Member in Exclude<keyof Driver, 'size' | 'read'>]?: Driver[Member] | undefined;
};

const MEMBERS = {
  size: 'fact',
  blockSize: 'fact',
  readOnly: 'fact',
  rotational: 'fact',
  multiConn: 'fact',
  concurrency: 'fact',
  fua: 'fact',
  retainsSource: 'fact',
  fillsTarget: 'fact',
  lendsViews: 'fact',
  maps: 'fact',
  read: 'method',
  readBatch: 'method',
  write: 'method',
  writeBatch: 'method',
  flush: 'method',
  trim: 'method',
  zero: 'method',
  cache: 'method',
  extents: 'method',
  resize: 'method',
  close: 'method',
} as const satisfies Record<keyof Driver, 'fact' | 'method'>;

/** What can no longer be taken from within when something else is overridden. */
const VOIDED_BY: { readonly [Member in keyof Driver]?: readonly (keyof Driver)[] } = {
  readBatch: ['read'],
  fillsTarget: ['read', 'readBatch'],
  lendsViews: ['read', 'readBatch'],
  writeBatch: ['write'],
  retainsSource: ['write', 'writeBatch'],
};

/**
 * A driver with the members of `overrides`, and those of `inner` where there are none.
 *
 * - A method that is absent within stays absent, so no capability appears by being wrapped. Which
 *   methods there are is looked at once, here.
 * - Methods are bound to the object they come from, so either may be an instance of a class.
 * - Facts stay live: `size` and the others are asked of that object at each use, so a getter works,
 *   and `size` follows a `resize` within.
 * - With `read` overridden, `readBatch` within would go past it: it is dropped unless it is overridden
 *   too. Nor do `fillsTarget` and `lendsViews` hold for an override of either: they are dropped unless they are given.
 * - With `write` overridden, the same goes for `writeBatch`; and `retainsSource` no longer describes an
 *   override of either: it is dropped unless it is given.
 * - `fua` stays as it is within: an override of `write`, `writeBatch`, `trim` or `zero` passes its options on, or
 *   gives `fua: undefined`.
 * - `concurrency` that is not overridden is counted together with that within: a disk that is offered as it is and
 *   within filters too is called no more often at once than it can take. With an override the filter counts by itself.
 * - `close` is that of `inner`, so closing the filter closes what it wraps. An override does so itself.
 *
 * All else stays, so a filter that changes what bytes mean or where they lie (a cipher, a part of a disk) must override
 * `zero`, `trim`, `cache`, `extents`, `maps` and `resize` with `read` and `write`, or take them away.
 */
export function filter(inner: Driver, overrides: DriverOverrides): Driver {
  const outer = {};
  for (const [member, kind] of Object.entries(MEMBERS) as [keyof Driver, string][]) {
    const owner = ownerOf(member, inner, overrides);
    if (owner === undefined) continue;
    if (kind === 'fact') {
      Object.defineProperty(outer, member, { enumerable: true, get: () => owner[member] });
      continue;
    }
    const method = owner[member];
    if (typeof method !== 'function') continue;
    Object.defineProperty(outer, member, { enumerable: true, value: method.bind(owner) });
  }
  if (!('concurrency' in overrides)) counted.set(outer, countedBy(inner));
  return outer as Driver;
}

/** Of drivers made by `filter`: whose calls theirs count as. */
const counted = new WeakMap<object, Driver>();

/** The driver whose calls at a time those of `driver` count as: itself, or the one within filters that leave `concurrency` alone. */
export function countedBy(driver: Driver): Driver {
  return counted.get(driver) ?? driver;
}

/** The object that a member is taken from; `undefined` when the filter has none. */
function ownerOf(
  member: keyof Driver,
  inner: Driver,
  overrides: DriverOverrides,
): DriverOverrides | undefined {
  if (member in overrides) return overrides;
  return VOIDED_BY[member]?.some((cause) => cause in overrides) ? undefined : inner;
}
