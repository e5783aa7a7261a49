import { expect, it } from 'vitest';
import { REGION_SECTORS, SoakRegions } from './soak-regions.ts';

it('a region is one client’s at a time, and rests a second before it is the next one’s', () => {
  const regions = new SoakRegions(['a', 'b'], 1);
  const first = regions.take(0);
  expect(first).toMatchObject({ exportName: 'a', place: 0 });
  expect(regions.take(0)).toMatchObject({ exportName: 'b', place: 0 });
  expect(regions.take(0)).toBeUndefined();
  regions.giveBack(first as NonNullable<typeof first>, 500);
  expect(regions.take(1499)).toBeUndefined();
  expect(regions.take(1500)).toBe(first);
});

it('regions of one export lie side by side', () => {
  const regions = new SoakRegions(['a'], 3);
  const places = [0, 0, 0].map(() => regions.take(0)?.place);
  expect(places).toEqual([0, REGION_SECTORS, 2 * REGION_SECTORS]);
});
