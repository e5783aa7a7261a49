/** Deletes a volume: nobody can open it from the first change of its head on, and its head goes last. */
import { claimVolume } from './claim-volume.ts';
import { editHead } from './edit-head.ts';
import type { Head } from './head.ts';
import { readHeadOf } from './head-chain.ts';
import { pagesOf } from './list-chunks.ts';
import { allChunksPrefix, checkName, headKey, pinKey, pinsPrefix } from './object-names.ts';
import type { ObjectStore } from './object-store.ts';
import { pinned } from './snapshot-volume.ts';
import { StoreError } from './store-error.ts';
import { machine, type Surroundings } from './surroundings.ts';

export interface DeleteOptions {
  readonly volume: string;
  /** True: also if a host has it open. */
  readonly takeOver?: boolean;
  /** Told after each request how many objects are gone. */
  readonly onProgress?: (objects: number) => void;
  readonly surroundings?: Surroundings;
}

/**
 * Deletes the volume with its snapshots. Interrupted, it can be called again. Rejects with a `VolumeError` "in-use" if
 * a host has it open or a clone stands on it.
 */
export async function deleteVolume(store: ObjectStore, options: DeleteOptions): Promise<void> {
  const { volume, takeOver = false, onProgress = () => {}, surroundings = machine } = options;
  checkName('volume', volume);
  const { head } = await readHeadOf(store, volume);
  if (!head.isLeaving) {
    await claimVolume(store, { volume, owner: undefined, takeOver, surroundings });
  }
  // First marked, so that no clone begins to stand on it while the pins are looked at.
  await mark(true);
  const pins = await store.list(pinsPrefix(volume), { max: 1 });
  const [pin] = pins.objects;
  if (pin !== undefined) {
    await mark(false);
    throw pinned(store, volume, pin.key);
  }
  await deleteAll(store, allChunksPrefix(volume), onProgress);
  await unpin(store, volume, head);
  await store.delete(headKey(volume));

  function mark(isLeaving: boolean): Promise<Head> {
    const change = (before: Head) =>
      before.isLeaving === isLeaving ? undefined : { ...before, isLeaving };
    return editHead(store, volume, change, surroundings);
  }
}

async function deleteAll(
  store: ObjectStore,
  prefix: string,
  onProgress: (objects: number) => void,
): Promise<void> {
  let gone = 0;
  for await (const { objects } of pagesOf(store, prefix)) {
    if (objects.length === 0) continue;
    const left = await store.deleteMany(objects.map(({ key }) => key));
    if (left.length > 0) {
      throw new StoreError('denied', `${store.name}: ${left.length} objects cannot be deleted`);
    }
    gone += objects.length;
    onProgress(gone);
  }
}

async function unpin(store: ObjectStore, volume: string, { id, bases }: Head): Promise<void> {
  const [base] = bases;
  if (base !== undefined) await store.delete(pinKey(base.volume, base.snapshot, volume, id));
}
