import type { Driver } from '@nbd/driver';
import { filter } from '@nbd/driver';

/**
 * The same disk, unable to change: it has no `write`, `trim`, `zero` or `resize`, whatever the disk
 * within has. Changes made to that disk by others are seen. `flush` stays, as those may need it.
 */
export function readOnly(driver: Driver): Driver {
  return filter(driver, {
    readOnly: true,
    write: undefined,
    trim: undefined,
    zero: undefined,
    resize: undefined,
    fua: undefined,
  });
}
