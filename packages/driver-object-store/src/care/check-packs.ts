/** Reads the packs that a volume and its snapshots need, and those of its bases that it stands on. */
import type { Head, Snapshot } from '../head/head.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { neededPacks } from '../head/needed-packs.ts';
import { prefixesOf } from '../map/load-map.ts';
import { readPack } from '../map/load-packs.ts';
import { packKey, type Version, versionName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { VolumeError } from '../volume-error.ts';
import type { Damage } from './damage.ts';
import { withEach } from './with-each.ts';

/**
 * `bases`: the snapshots that the volume stands on, from the nearest on. Reads `concurrency` packs at a time, and tells
 * after each its bytes.
 */
export async function checkPacks(
  store: ObjectStore,
  volume: string,
  head: Head,
  bases: readonly Snapshot[],
  concurrency: number,
  checked: (bytes: number) => void,
): Promise<readonly Damage[]> {
  const damaged: Damage[] = [];
  const layers = [[...neededPacks(head).values()], ...bases.map(({ packs }) => packs)];
  const packs = prefixesOf(volume, head).flatMap((prefix, layer) =>
    (layers[layer] ?? []).map((version) => ({ layer, prefix, version })),
  );
  await withEach(packs, concurrency, async ({ layer, prefix, version }) => {
    try {
      const changes = await readPack(store, prefix, version, head.chunkBytes);
      checked(changes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0));
    } catch (error) {
      if (!(error instanceof VolumeError)) throw error;
      checked(0);
      if (layer === 0 && !(await isStillNeeded(store, volume, version))) return;
      const key = packKey(prefix, version);
      damaged.push({ key, reason: error.message.replace(`${store.name}/${key}: `, '') });
    }
  });
  return damaged;
}

/** False: its chunks have been uploaded by now, and no snapshot needs it, so the owner may have deleted it. */
async function isStillNeeded(
  store: ObjectStore,
  volume: string,
  version: Version,
): Promise<boolean> {
  const { head } = await readHeadOf(store, volume);
  return neededPacks(head).has(versionName(version));
}
