/**
 * From a SPEC to a disk.
 */
import { statSync } from 'node:fs';
import { type Driver, filter } from '@nbd/driver';
import type { FileDriverOptions } from '@nbd/driver-file';
import type { SharedMemory } from '@nbd/driver-memory';
import { type Clock, FaultPlan, faulty, readOnly } from '@nbd/filters';
import type { VolumeEvents } from './disk-events.ts';
import type { VolumeCounts } from '../metrics/volume-counts.ts';
import type { DiskDriverSpec, FilterSpec, Spec } from '../settings/spec.ts';

const CLOCK: Clock = {
  after(millis, task) {
    const timer = setTimeout(task, millis);
    return () => clearTimeout(timer);
  },
};

export interface OpenDiskOptions {
  /** Whatever the SPEC says, the disk cannot be changed. */
  readonly readOnly: boolean;
  /** Told, in single lines, by what means a file is served. */
  readonly notice: (text: string) => void;
  readonly events: VolumeEvents;
  /** Where a volume counts its work. Absent: nobody wants to know. */
  readonly counts?: VolumeCounts | undefined;
  /** Other threads open the same disk. */
  readonly shared?: {
    /** The state of a disk in memory. */
    readonly memory: SharedMemory | undefined;
  };
}

/** Opens the disk, which belongs to the caller. Rejects with an `Error` whose message is one line. */
export async function openDisk(
  spec: Spec<DiskDriverSpec>,
  options: OpenDiskOptions,
): Promise<Driver> {
  const filters = filtersOf(spec, options.readOnly);
  const disk = await openDriver(spec.driver, { ...options, readOnly: isSealed(filters) });
  return filters.reduce(applyFilter, disk);
}

/** All that is around the driver, the nearest first. */
export function filtersOf({ filters }: Spec, sealed: boolean): readonly FilterSpec[] {
  return sealed ? [{ kind: 'readonly' }, ...filters] : filters;
}

/** Protected right above the file, so that it needs no permission to write and no lock. */
export function isSealed([nearest]: readonly FilterSpec[]): boolean {
  return nearest?.kind === 'readonly';
}

/** The drivers of other threads would not learn of another size. */
export function withoutResize(disk: Driver): Driver {
  return filter(disk, { resize: undefined });
}

export function applyFilter(disk: Driver, spec: FilterSpec): Driver {
  switch (spec.kind) {
    case 'readonly':
      return readOnly(disk);
    case 'faults': {
      const plan = new FaultPlan({ seed: spec.seed, clock: CLOCK });
      for (const fault of spec.faults) plan.add(fault);
      return faulty(disk, plan);
    }
  }
}

/** Whoever names a folder as a file is told how to serve it. */
async function openFile(options: FileDriverOptions): Promise<Driver> {
  const { FileOpenError, fileDriver } = await import('@nbd/driver-file');
  try {
    return await fileDriver(options);
  } catch (error) {
    const { path } = options;
    const isFolder =
      error instanceof FileOpenError && error.code === 'not-a-disk' && holdsFiles(path);
    if (!isFolder) throw error;
    const message = `${error.message}; its files are served by --export NAME=dir:${path}`;
    throw new Error(message, { cause: error });
  }
}

function holdsFiles(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Loads a driver only where there is a disk for it: each takes about half a mebibyte. */
async function openDriver(driver: DiskDriverSpec, options: OpenDiskOptions): Promise<Driver> {
  const { shared, readOnly: sealed, notice, events, counts } = options;
  switch (driver.kind) {
    case 'file': {
      const disk = await openFile({ path: driver.path, readOnly: sealed, notice });
      return shared === undefined ? disk : withoutResize(disk);
    }
    case 'memory': {
      const { memoryDriver, sharedMemoryDriver } = await import('@nbd/driver-memory');
      return shared?.memory === undefined
        ? memoryDriver(driver)
        : sharedMemoryDriver(shared.memory);
    }
    case 'null': {
      const { nullDriver } = await import('@nbd/driver-synthetic');
      return shared === undefined ? nullDriver(driver) : withoutResize(nullDriver(driver));
    }
    case 'pattern': {
      const { patternDriver } = await import('@nbd/driver-synthetic');
      return patternDriver(driver);
    }
    case 's3': {
      const { openVolumeDisk } = await import('./open-volume-disk.ts');
      return openVolumeDisk(driver, { events, counts });
    }
  }
}
