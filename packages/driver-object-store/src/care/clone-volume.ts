/** Clones: volumes that begin as a snapshot of another, and share its objects for as long as they do not change them. */
import { putNewHead } from './create-volume.ts';
import { snapshotOf } from '../head/edit-head.ts';
import type { Head, Snapshot } from '../head/head.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { checkName, pinKey } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { drawName, machine, type Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

export interface CloneOptions {
  readonly volume: string;
  readonly snapshot: string;
  /** The name of the new volume. */
  readonly clone: string;
  readonly surroundings?: Surroundings;
}

/**
 * Makes a volume of what a snapshot holds, at once and without a copy. The snapshot cannot be deleted as long as the
 * clone is there. Rejects with a `VolumeError` when there is no such snapshot, or a volume of that name already.
 */
export async function cloneVolume(store: ObjectStore, options: CloneOptions): Promise<void> {
  const { volume, snapshot, clone, surroundings = machine } = options;
  checkName('volume', volume);
  checkName('snapshot', snapshot);
  checkName('volume', clone);
  const { head } = await readHeadOf(store, volume);
  snapshotOf(store, volume, head, snapshot);
  const id = drawName(surroundings.random);
  const pin = pinKey(volume, snapshot, clone, id);
  await store.put(pin, [new Uint8Array(0)]);
  try {
    // Looked at again, for whoever deletes the snapshot marks it first and looks for pins then.
    const { head: now } = await readHeadOf(store, volume);
    await putNewHead(
      store,
      clone,
      facts(volume, now, snapshotOf(store, volume, now, snapshot), id),
      surroundings,
    );
  } catch (error) {
    // A store that fails may have the clone all the same, or get it yet: then the pin must hold.
    if (error instanceof VolumeError) await store.delete(pin);
    throw error;
  }
}

function facts(volume: string, head: Head, snapshot: Snapshot, id: string) {
  const base = { volume, id: head.id, snapshot: snapshot.name, snapshotId: snapshot.id };
  const { size } = snapshot;
  return { id, size, chunkBytes: head.chunkBytes, bases: [base, ...head.bases] };
}
