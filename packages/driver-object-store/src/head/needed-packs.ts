/** Which packs are to be kept. */
import { type Version, versionName } from '../store/object-names.ts';
import type { Head } from './head.ts';

/** The packs of the volume itself that count, or that a snapshot needs, by their names. */
export function neededPacks({
  packs,
  snapshots,
}: Pick<Head, 'packs' | 'snapshots'>): ReadonlyMap<string, Version> {
  const all = [{ packs }, ...snapshots].flatMap((each) => each.packs);
  return new Map(all.map((version) => [versionName(version), version]));
}
