import type { Driver } from '@nbd/driver';
import type { DriverConformanceOptions } from './conformance-options.ts';

/** Makes a disk, lets `use` have it, and closes it exactly once, also when `use` fails. */
export async function withDisk<Result>(
  options: DriverConformanceOptions,
  size: number,
  use: (driver: Driver) => Promise<Result>,
): Promise<Result> {
  const driver = await options.create({ size });
  try {
    try {
      return await use(driver);
    } finally {
      await driver.close?.();
    }
  } finally {
    await options.dispose?.(driver);
  }
}
