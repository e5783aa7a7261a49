/** Deletes a volume: nobody can open it from the first change of its head on, and its head goes last. */
import { claimVolume } from './claim-volume.ts';
import { editHead } from './edit-head.ts';
import type { Head } from './head.ts';
import { readHead, readHeadOf } from './head-chain.ts';
import { pagesOf } from './list-chunks.ts';
import { allChunksPrefix, checkName, headKey, pinKey, pinsPrefix } from './object-names.ts';
import type { ObjectStore } from './object-store.ts';
import { pinned } from './snapshot-volume.ts';
import { StoreError } from './store-error.ts';
import { machine, type Surroundings } from './surroundings.ts';
import { VolumeError } from './volume-error.ts';

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
    // No owner loses a volume that will stay.
    await checkUnpinned(store, volume);
    await claimVolume(store, { volume, owner: undefined, takeOver, surroundings });
  }
  // First marked, so that no clone begins to stand on it while the pins are looked at.
  await mark(true);
  try {
    await checkUnpinned(store, volume);
  } catch (error) {
    if (error instanceof VolumeError) await mark(false);
    throw error;
  }
  await deleteAll(store, volume, head.id, onProgress);
  if (!(await isThere(store, volume, head.id))) return;
  await unpin(store, volume, head);
  await store.delete(headKey(volume));

  function mark(isLeaving: boolean): Promise<Head> {
    const change = (before: Head) =>
      before.isLeaving === isLeaving ? undefined : { ...before, isLeaving };
    return editHead(store, volume, change, surroundings);
  }
}

/** Rejects with a `VolumeError` "in-use" if a clone stands on the volume. */
async function checkUnpinned(store: ObjectStore, volume: string): Promise<void> {
  const { objects } = await store.list(pinsPrefix(volume), { max: 1 });
  const [pin] = objects;
  if (pin !== undefined) throw pinned(store, volume, pin.key);
}

/**
 * False: somebody else has ended the deletion, and there may be another volume of that name. Rejects with a
 * `VolumeError` "in-use" if somebody has given it up, for a clone.
 */
async function isThere(store: ObjectStore, volume: string, id: string): Promise<boolean> {
  const seen = await readHead(store, volume);
  if (seen?.head.id !== id) return false;
  if (seen.head.isLeaving) return true;
  throw new VolumeError(
    'in-use',
    `${store.name}: the deletion of the volume ${volume} was given up, for a clone stands on it`,
  );
}

async function deleteAll(
  store: ObjectStore,
  volume: string,
  id: string,
  onProgress: (objects: number) => void,
): Promise<void> {
  let gone = 0;
  for await (const { objects } of pagesOf(store, allChunksPrefix(volume))) {
    if (objects.length === 0) continue;
    // Asked behind the list: what was listed while the head was ours is of no later volume.
    if (!(await isThere(store, volume, id))) return;
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
