/** Deletes a volume: nobody can open it from the first change of its head on, and its head goes last. */
import { claimVolume } from '../disk/claim-volume.ts';
import { editHead } from '../head/edit-head.ts';
import type { Head } from '../head/head.ts';
import { readHead, readHeadOf } from '../head/head-chain.ts';
import { pagesOf } from '../map/list-chunks.ts';
import { allChunksPrefix, checkName, headKey, pinKey, pinsPrefix } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { pinned } from './snapshot-volume.ts';
import { StoreError } from '../store/store-error.ts';
import { drawName, machine, type Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

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
 * a host has it open, a clone stands on it, or somebody else deletes it too.
 */
export async function deleteVolume(store: ObjectStore, options: DeleteOptions): Promise<void> {
  const { volume, takeOver = false, onProgress = () => {}, surroundings = machine } = options;
  checkName('volume', volume);
  const deletion = drawName(surroundings.random);
  const { head } = await readHeadOf(store, volume);
  let marked: Head;
  if (head.isLeaving) {
    marked = await goOn(store, volume, head.id, deletion, surroundings);
  } else {
    // No owner loses a volume that will stay.
    await checkUnpinned(store, volume);
    ({ head: marked } = await claimVolume(store, {
      volume,
      owner: undefined,
      takeOver,
      deletion,
      surroundings,
    }));
  }
  if (!marked.isDoomed) await doom(store, volume, deletion, surroundings);
  await deleteAll(store, volume, marked.id, onProgress);
  if (!(await isThere(store, volume, marked.id))) return;
  await unpin(store, volume, marked);
  await store.delete(headKey(volume));
}

/** Takes over a deletion that somebody else is at, or has left unfinished. */
function goOn(
  store: ObjectStore,
  volume: string,
  id: string,
  deletion: string,
  surroundings: Surroundings,
): Promise<Head> {
  const change = (before: Head) => {
    if (before.deletion === deletion) return undefined; // the answer was lost
    if (before.id === id && before.isLeaving) return { ...before, deletion };
    throw new VolumeError(
      'in-use',
      `${store.name}: the deletion of ${volume} was given up, or ended`,
    );
  };
  return editHead(store, volume, change, surroundings);
}

/**
 * The volume is marked, so no clone can begin to stand on it. If none does, it is doomed: only then are objects deleted.
 * What was seen of clones holds for as long as the mark is ours: others may have given up theirs, and let a clone in,
 * before somebody marked the volume again.
 */
async function doom(
  store: ObjectStore,
  volume: string,
  deletion: string,
  surroundings: Surroundings,
): Promise<void> {
  const edit = (change: (head: Head) => Head) =>
    editHead(
      store,
      volume,
      (before) => (before.deletion === deletion ? change(before) : undefined),
      surroundings,
    );
  try {
    await checkUnpinned(store, volume);
  } catch (error) {
    if (error instanceof VolumeError) {
      await edit((before) => ({ ...before, isLeaving: false, deletion: undefined }));
    }
    throw error;
  }
  const { isDoomed } = await edit((before) => ({ ...before, isDoomed: true }));
  if (isDoomed) return;
  throw new VolumeError('in-use', `${store.name}: ${volume} is being deleted by others`);
}

/** Rejects with a `VolumeError` "in-use" if a clone stands on the volume. */
async function checkUnpinned(store: ObjectStore, volume: string): Promise<void> {
  const { objects } = await store.list(pinsPrefix(volume), { max: 1 });
  const [pin] = objects;
  if (pin !== undefined) throw pinned(store, volume, pin.key);
}

/** False: somebody else has ended the deletion, and there may be another volume of that name. */
async function isThere(store: ObjectStore, volume: string, id: string): Promise<boolean> {
  return (await readHead(store, volume))?.head.id === id;
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
