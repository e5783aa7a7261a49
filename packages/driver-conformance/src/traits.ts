/**
 * What a driver offers, as a session would look it up when it opens the export.
 */
import type { Driver } from '@nbd/driver';

/** No request of the suite is longer, in bytes. */
const REQUEST_LENGTH_MAX = 0x10_0000;

export interface Traits {
  /** Bytes: every offset and length is a multiple of it. */
  readonly unit: number;
  /** Bytes: the longest read or write, a multiple of `unit`. */
  readonly lengthMax: number;
  readonly fua: boolean;
  /** Whether the disk may be changed at all. */
  readonly writable: boolean;
  readonly trim: boolean;
  readonly zero: boolean;
  readonly resize: boolean;
  readonly flush: boolean;
  readonly cache: boolean;
  readonly extents: boolean;
  readonly maps: boolean;
}

export function traitsOf(driver: Driver): Traits {
  const unit = driver.blockSize?.minimum ?? 1;
  const payloadMax = driver.blockSize?.payloadMax ?? REQUEST_LENGTH_MAX;
  const writable = driver.write !== undefined && driver.readOnly !== true;
  return {
    unit,
    lengthMax: Math.floor(Math.min(payloadMax, REQUEST_LENGTH_MAX) / unit) * unit,
    fua: driver.fua === 'native',
    writable,
    trim: writable && driver.trim !== undefined,
    zero: writable && driver.zero !== undefined,
    resize: writable && driver.resize !== undefined,
    flush: driver.flush !== undefined,
    cache: driver.cache !== undefined,
    extents: driver.extents !== undefined,
    maps: driver.maps !== undefined && driver.maps.length > 0,
  };
}
