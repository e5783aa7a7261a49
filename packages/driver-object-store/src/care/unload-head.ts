/**
 * What a head carries for snapshots becomes objects, for snapshots stay. Their names need no condition: nothing else is
 * ever put there, and nobody deletes what the head names or carries.
 */
import { crc32 } from 'node:zlib';
import { editHead } from '../head/edit-head.ts';
import type { CountedPack } from '../head/counted-packs.ts';
import type { Head, Snapshot } from '../head/head.ts';
import { chunksPrefix, packKey, versionName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { putAgain } from '../store/put-again.ts';
import { StoreError } from '../store/store-error.ts';
import type { Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';
import { withEach } from './with-each.ts';

/** Objects that are put at a time. */
const PUTS_AT_A_TIME = 8;

/**
 * `head` as it was last seen. A store that fails, or a volume that is gone, does not matter: the snapshots are as good
 * as they were, and the next one that is made tries it again.
 */
export async function unloadHead(
  store: ObjectStore,
  volume: string,
  head: Head,
  surroundings: Surroundings,
): Promise<void> {
  try {
    const carried = carriedFor(head.snapshots);
    if (carried.size === 0) return;
    const prefix = chunksPrefix(volume, head.id);
    await withEach([...carried.values()], PUTS_AT_A_TIME, ({ body, ...version }) =>
      putAgain(store, packKey(prefix, version), [body], crc32(body), {}),
    );
    await editHead(store, volume, (now) => withObjects(now, head.id, carried), surroundings);
  } catch (error) {
    if (!(error instanceof StoreError) && !(error instanceof VolumeError)) throw error;
  }
}

type CarriedPack = CountedPack & { readonly body: Uint8Array };

function carriedFor(snapshots: readonly Snapshot[]): ReadonlyMap<string, CarriedPack> {
  const all = snapshots.flatMap(({ packs }) => packs);
  const carried = all.filter((pack): pack is CarriedPack => pack.body !== undefined);
  return new Map(carried.map((pack) => [versionName(pack), pack]));
}

/** Undefined: it is another volume by now, or names them as objects already. */
function withObjects(
  head: Head,
  id: string,
  objects: ReadonlyMap<string, CarriedPack>,
): Head | undefined {
  const isDone = (pack: CountedPack) => pack.body === undefined || !objects.has(versionName(pack));
  if (head.id !== id || head.snapshots.every(({ packs }) => packs.every(isDone))) return undefined;
  const named = (pack: CountedPack) => (isDone(pack) ? pack : { ...pack, body: undefined });
  const snapshots = head.snapshots.map((each) => ({ ...each, packs: each.packs.map(named) }));
  return { ...head, snapshots };
}
