import { describe, expect, test } from 'vitest';
import { checkEdges } from './check-edges.ts';
import { checkFacts } from './check-facts.ts';
import { checkOverlaps } from './check-overlaps.ts';
import { checkSequences } from './check-sequences.ts';
import type { DriverConformanceOptions } from './conformance-options.ts';

/** A property that fails needs time to be made small. */
const TIMEOUT_MILLIS = 60_000;

/**
 * Registers the tests that every driver passes. To be called from a test file of vitest, at its top
 * level or in a `describe`.
 */
export function driverConformance(options: DriverConformanceOptions): void {
  describe('driver conformance', { timeout: TIMEOUT_MILLIS }, () => {
    test('a disk has the size that was asked for, and lawful facts', async () => {
      await expect(checkFacts(options)).resolves.toBeUndefined();
    });

    test('a disk of each size holds what is at its edges', async () => {
      await expect(checkEdges(options)).resolves.toBeUndefined();
    });

    test('a disk answers every sequence of calls as an array of bytes would', async () => {
      await expect(checkSequences(options)).resolves.toBeUndefined();
    });

    test('calls that overlap leave each byte as one of them left it', async () => {
      await expect(checkOverlaps(options)).resolves.toBeUndefined();
    });
  });
}
