/** The volumes of a family, and how their hosts open them. */
import type { OpenOptions } from '../../src/index.ts';
import type { Host } from '../simulation/host.ts';
import { CHUNK_BYTES, LEASE_MILLIS } from '../simulation/openings.ts';

/** Half a page, so that pages have to be put together. */
export const SECTOR_BYTES = 128;
/** As many as a volume can have. The last chunk is half there. */
export const SECTORS = 336;

/** What hosts differ in. */
export type Settings = Pick<
  OpenOptions,
  'packedBytesMax' | 'packsMax' | 'carriedBytesMax' | 'mapChunksMin' | 'cacheBytes' | 'uploadsMax'
>;

/** How the first host opens the first volume: packs are soon too many. */
export const FIRST_SETTINGS: Settings = {
  packsMax: 2,
  packedBytesMax: 3 * CHUNK_BYTES,
  carriedBytesMax: 0,
  cacheBytes: 0,
};

export function openingOf(
  { surroundings }: Host,
  volume: string,
  settings: Settings,
): OpenOptions & { readonly volume: string } {
  return {
    volume,
    surroundings,
    lease: LEASE_MILLIS,
    dirtyBytesMax: 0,
    probe: false,
    takeOver: true,
    ...settings,
  };
}
