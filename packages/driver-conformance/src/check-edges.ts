import type { Driver } from '@nbd/driver';
import { callWrite } from './calls.ts';
import { checkWhole } from './check-whole.ts';
import type { DriverConformanceOptions } from './conformance-options.ts';
import { sizesOf } from './conformance-options.ts';
import { contentOf } from './content.ts';
import { DiskModel } from './disk-model.ts';
import type { Range } from './range.ts';
import { wholeDisk } from './range.ts';
import type { Traits } from './traits.ts';
import { traitsOf } from './traits.ts';
import { withDisk } from './with-disk.ts';

/** A disk of each size holds what is written to its first and its last byte, and to all of it. */
export async function checkEdges(options: DriverConformanceOptions): Promise<void> {
  for (const size of sizesOf(options)) {
    await withDisk(options, size, async (driver) => {
      const traits = traitsOf(driver);
      const disk = new DiskModel(size, options);
      await checkWhole(disk, driver, traits);
      if (traits.writable) await fillAndEmpty(disk, driver, traits);
    });
  }
}

async function fillAndEmpty(disk: DiskModel, driver: Driver, traits: Traits): Promise<void> {
  for (const [i, range] of [
    ...edges(disk.size, traits),
    ...wholeDisk(disk.size, traits),
  ].entries()) {
    const content = contentOf(i + 1, range.length);
    await callWrite(driver, content, range.offset, traits.fua);
    disk.write(content, range.offset);
    await checkWhole(disk, driver, traits);
  }
  for (const { offset, length } of [...edges(disk.size, traits), ...wholeDisk(disk.size, traits)]) {
    if (!traits.zero) break;
    await driver.zero?.(offset, length, { fua: traits.fua, mayTrim: true, fast: false });
    disk.zero(offset, length);
    await checkWhole(disk, driver, traits);
  }
}

/** The first unit of a disk and its last. */
function edges(size: number, { unit }: Traits): Range[] {
  const units = Math.floor(size / unit);
  if (units === 0) return [];
  return [
    { offset: 0, length: unit },
    { offset: (units - 1) * unit, length: unit },
  ];
}
