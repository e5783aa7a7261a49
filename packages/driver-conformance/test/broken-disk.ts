/** Disks that are right but for one fault, which the suite must find. */
import { type DiskMap, type DriverOverrides, filter } from '@nbd/driver';
import type { DriverConformanceOptions } from '../src/index.ts';
import type { PropertyRuns } from '../src/property-runs.ts';
import { ArrayDriver } from './array-driver.ts';

/** The same each time, and no need for the smallest example. */
export const runs: PropertyRuns = { numRuns: 200, seed: 1, endOnFailure: true };

/** A map that says 0 of everything. */
export function mapNamed(name: string): DiskMap {
  return { name, runs: (_offset, length) => [{ length, value: 0 }] };
}

/** A disk that is right but for the overrides. */
export function broken(
  fault: (inner: ArrayDriver) => DriverOverrides,
  options: Partial<DriverConformanceOptions> = {},
): DriverConformanceOptions {
  return {
    create(disk) {
      const inner = new ArrayDriver(disk);
      return filter(inner, fault(inner));
    },
    sizes: [1, 5000],
    ...options,
  };
}
