/**
 * From a SPEC to a disk.
 */
import type { Driver } from '@nbd/driver';
import { fileDriver } from '@nbd/driver-file';
import { memoryDriver } from '@nbd/driver-memory';
import { nullDriver, patternDriver } from '@nbd/driver-synthetic';
import { readOnly } from '@nbd/filters';
import type { DriverSpec, FilterSpec, Spec } from './spec.ts';

export interface OpenDiskOptions {
  /** Whatever the SPEC says, the disk cannot be changed. */
  readonly readOnly: boolean;
  /** Told, in single lines, by what means a file is served. */
  readonly notice: (text: string) => void;
}

/** Opens the disk, which belongs to the caller. Rejects with an `Error` whose message is one line. */
export async function openDisk(spec: Spec, options: OpenDiskOptions): Promise<Driver> {
  const filters: readonly FilterSpec[] = options.readOnly
    ? [{ kind: 'readonly' }, ...spec.filters]
    : spec.filters;
  // Right above the file, so that it needs no permission to write and no lock.
  const sealed = filters[0]?.kind === 'readonly';
  const disk = await openDriver(spec.driver, { ...options, readOnly: sealed });
  return filters.reduce(applyFilter, disk);
}

async function openDriver(driver: DriverSpec, options: OpenDiskOptions): Promise<Driver> {
  switch (driver.kind) {
    case 'file':
      return fileDriver({ path: driver.path, ...options });
    case 'memory':
      return memoryDriver(driver);
    case 'null':
      return nullDriver(driver);
    case 'pattern':
      return patternDriver(driver);
  }
}

function applyFilter(disk: Driver, filter: FilterSpec): Driver {
  switch (filter.kind) {
    case 'readonly':
      return readOnly(disk);
  }
}
