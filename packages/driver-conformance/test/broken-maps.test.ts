import { type DiskMap, type DriverOverrides, holeExtent } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { checkSequences } from '../src/check-sequences.ts';
import { broken, runs } from './broken-disk.ts';

describe('a disk is found out that', () => {
  test.each<[string, DriverOverrides['extents']]>([
    ['calls data a hole', (_offset, length) => [holeExtent(length)]],
    ['has extents beyond its end', (_offset, length) => [{ ...holeExtent(length + 5000) }]],
    ['has extents without length', () => [{ length: 0, hole: false, zero: false }]],
    ['has no extents', () => []],
  ])('%s', async (_fault, extents) => {
    const options = broken(() => ({ extents }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test.each<[string, DiskMap['runs']]>([
    ['has runs beyond its end', (_offset, length) => [{ length: length + 5000, value: 0 }]],
    ['has runs without length', () => [{ length: 0, value: 0 }]],
    ['has a map without runs', () => []],
    ['has a value below 0', (_offset, length) => [{ length, value: -1 }]],
    ['has a value that is not whole', (_offset, length) => [{ length, value: 0.5 }]],
    ['has a value above 32 bits', (_offset, length) => [{ length, value: 2 ** 32 }]],
  ])('%s', async (_fault, runsOf) => {
    const options = broken(() => ({ maps: [{ name: 'x-a:b', runs: runsOf }] }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('has a value above 2^53 - 1 in a wide map', async () => {
    const wide: DiskMap = {
      name: 'x-a:b',
      wide: true,
      runs: (_offset, length) => [{ length, value: 2 ** 53 }],
    };
    const options = broken(() => ({ maps: [wide] }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });
});
