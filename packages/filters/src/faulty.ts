/**
 * A disk that fails on command.
 */
import { type Awaitable, type Driver, dataExtent, type Extent, filter } from '@nbd/driver';
import type { FaultPlan } from './fault-plan.ts';
import type { Strike } from './strike.ts';

/**
 * The same disk with the faults of `plan`, which may be added and removed at any time, and may be shared
 * by several disks. A call on which no fault falls is passed on as it is; reads and writes that arrive
 * together are passed on one by one.
 *
 * The calls are those that the disk gets: a server that writes zeroes on a disk without `zero`, or reads a
 * long range in pieces, makes several out of one request.
 */
export function faulty(driver: Driver, plan: FaultPlan): Driver {
  const { minimum = 1 } = driver.blockSize ?? {};
  return filter(driver, {
    read(target, offset) {
      const strike = plan.strike('read', { offset, length: target.length });
      if (strike === undefined) return driver.read(target, offset);
      target.fill(0);
      return suffer(strike, async () => {
        const part = target.subarray(0, strike.lengthDone(target.length, minimum));
        if (part.length > 0) await driver.read(part, offset);
        strike.corrupt(target, offset);
      });
    },

    write:
      driver.write &&
      ((source, offset, options) => {
        const strike = plan.strike('write', { offset, length: source.length });
        if (strike === undefined) return driver.write?.(source, offset, options);
        return suffer(strike, () => {
          const struck = strike.spoil(source, offset, minimum);
          if (struck.length > 0) return driver.write?.(struck, offset, options);
        });
      }),

    trim:
      driver.trim &&
      ((offset, length, options) => {
        const strike = plan.strike('trim', { offset, length });
        if (strike === undefined) return driver.trim?.(offset, length, options);
        return suffer(strike, () => {
          const done = strike.lengthDone(length, minimum);
          if (done > 0) return driver.trim?.(offset, done, options);
        });
      }),

    zero:
      driver.zero &&
      ((offset, length, options) => {
        const strike = plan.strike('zero', { offset, length });
        if (strike === undefined) return driver.zero?.(offset, length, options);
        return suffer(strike, () => {
          const done = strike.lengthDone(length, minimum);
          if (done > 0) return driver.zero?.(offset, done, options);
        });
      }),

    flush:
      driver.flush &&
      (() => {
        const strike = plan.strike('flush');
        if (strike === undefined) return driver.flush?.();
        return suffer(strike, () => driver.flush?.());
      }),

    cache:
      driver.cache &&
      ((offset, length) => {
        const strike = plan.strike('cache', { offset, length });
        if (strike === undefined) return driver.cache?.(offset, length);
        return suffer(strike, () => driver.cache?.(offset, length));
      }),

    resize:
      driver.resize &&
      ((size) => {
        const strike = plan.strike('resize');
        if (strike === undefined) return driver.resize?.(size);
        return suffer(strike, () => driver.resize?.(size));
      }),

    extents:
      driver.extents &&
      ((offset, length) => {
        const strike = plan.strike('extents', { offset, length });
        const call = () => driver.extents?.(offset, length) ?? [];
        return strike === undefined ? call() : extentsStruck(strike, call, length);
      }),
  });
}

/** Makes the call as the strike has it. A call that is lost is not made at all. */
async function suffer(strike: Strike, call: () => Awaitable<void>): Promise<void> {
  if (!strike.isAtOnce) await strike.wait();
  if (strike.reachesDisk) await call();
  strike.conclude();
}

/** A map that is lost is one that knows of nothing but data. */
async function* extentsStruck(
  strike: Strike,
  call: () => Iterable<Extent> | AsyncIterable<Extent>,
  length: number,
): AsyncGenerator<Extent> {
  if (!strike.isAtOnce) await strike.wait();
  strike.conclude();
  if (strike.reachesDisk) yield* call();
  else yield dataExtent(length);
}
