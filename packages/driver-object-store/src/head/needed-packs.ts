/** Which packs are to be kept. */
import { versionName } from '../store/object-names.ts';
import type { CountedPack } from './counted-packs.ts';
import type { Head } from './head.ts';

/**
 * The packs of the volume itself that count, or that a snapshot needs, by their names. One that the head carries for
 * some, and names as an object for others, is an object.
 */
export function neededPacks({
  packs,
  snapshots,
}: Pick<Head, 'packs' | 'snapshots'>): ReadonlyMap<string, CountedPack> {
  const all = [{ packs }, ...snapshots].flatMap((each) => each.packs);
  const needed = new Map<string, CountedPack>();
  for (const pack of all) {
    const name = versionName(pack);
    if (pack.body === undefined || !needed.has(name)) needed.set(name, pack);
  }
  return needed;
}
