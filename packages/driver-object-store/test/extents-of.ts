import type { Driver, Extent } from '@nbd/driver';

/** The whole map of a disk. */
export function extentsOf(disk: Driver): Extent[] {
  const extents = disk.extents?.(0, disk.size) ?? [];
  return Symbol.iterator in extents ? [...extents] : [];
}
