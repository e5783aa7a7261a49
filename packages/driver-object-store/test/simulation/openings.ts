/** The volume of a simulation, and how its hosts open it. */
import type { OpenOptions } from '../../src/index.ts';
import type { Host } from './host.ts';

export const CHUNK_BYTES = 4096;
export const SECTORS = 24;
/** One change of a sector, and one more of zeroes. */
const CARRIED_BYTES = 1300;
export const LEASE_MILLIS = 9000;

export function openingOf(
  { number, surroundings }: Host,
  takeOver: boolean,
): OpenOptions & { readonly volume: string } {
  return {
    volume: 'disk',
    surroundings,
    lease: LEASE_MILLIS,
    cacheBytes: 2 * CHUNK_BYTES,
    dirtyBytesMax: 0,
    // Some make no packs, some few, and those are soon too many.
    packedBytesMax: (number % 4) * CHUNK_BYTES,
    packsMax: 1 + (number % 2),
    // Some leave small changes to the head, and it is soon full.
    carriedBytesMax: (number % 3) * CARRIED_BYTES,
    address: `host ${number}`,
    probe: false,
    // Some leave their map behind, and some do not.
    mapChunksMin: number % 3 === 0 ? Number.POSITIVE_INFINITY : 0,
    takeOver,
  };
}
