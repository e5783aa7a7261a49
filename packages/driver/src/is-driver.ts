/**
 * What is to be a disk, looked at before it is used as one: a program without types may give anything.
 */
import type { Driver } from './driver.ts';

/** Whether it has what no driver is without. A wrong size is found when the export is opened. */
export function isDriver(value: unknown): value is Driver {
  if (typeof value !== 'object' || value === null) return false;
  return 'read' in value && typeof value.read === 'function';
}

/** What to throw for `found` in the place of a driver; `where` begins the message. */
export function notDriver(found: unknown, where = ''): TypeError {
  return new TypeError(
    `${where}expected a driver, an object with the method read, found ${describe(found)}`,
  );
}

function describe(found: unknown): string {
  if (found === null || found === undefined) return String(found);
  if (found instanceof Promise) return 'a promise, which is to be awaited before';
  return typeof found === 'object' ? 'an object without it' : `a ${typeof found}`;
}
