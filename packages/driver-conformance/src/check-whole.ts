import type { Driver } from '@nbd/driver';
import { callRead } from './calls.ts';
import type { DiskModel } from './disk-model.ts';
import { wholeDisk } from './range.ts';
import type { Traits } from './traits.ts';

/** The driver holds what the model holds, from the first byte to the last. */
export async function checkWhole(disk: DiskModel, driver: Driver, traits: Traits): Promise<void> {
  for (const range of wholeDisk(disk.size, traits)) {
    disk.check(await callRead(driver, range, disk), range.offset);
  }
}
