/** Snapshots: a line in the head, from which on what counted then is kept. */
import { editHead, snapshotOf } from '../head/edit-head.ts';
import type { Head, Snapshot } from '../head/head.ts';
import { checkName, pinsPrefix } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { drawName, machine, type Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';
import { unloadHead } from './unload-head.ts';

export interface SnapshotOptions {
  readonly volume: string;
  readonly snapshot: string;
  readonly surroundings?: Surroundings;
}

/**
 * Keeps the volume as it is in the store now. If a host serves it, that is its last commit: whoever wants more flushes
 * first. Rejects with a `VolumeError` when there is a snapshot of that name.
 */
export async function snapshotVolume(store: ObjectStore, options: SnapshotOptions): Promise<void> {
  const { volume, snapshot, surroundings = machine } = options;
  checkName('volume', volume);
  checkName('snapshot', snapshot);
  const id = drawName(surroundings.random);
  const created = surroundings.clock.date();
  const change = (head: Head) => {
    if (head.snapshots.some((each) => each.id === id)) return undefined; // the answer was lost
    if (head.isLeaving) {
      throw new VolumeError('missing', `${store.name}: the volume ${volume} is being deleted`);
    }
    if (head.snapshots.some(({ name }) => name === snapshot)) {
      throw new VolumeError(
        'exists',
        `${store.name}: the volume ${volume} has a snapshot ${snapshot} already`,
      );
    }
    const { generation, durable: sequence, size, packs } = head;
    const taken = { name: snapshot, id, generation, sequence, size, created, packs };
    const kept = { ...taken, isLeaving: false, deletion: undefined };
    return { ...head, snapshots: [...head.snapshots, kept] };
  };
  const head = await editHead(store, volume, change, surroundings);
  await unloadHead(store, volume, head, surroundings);
}

/**
 * Forgets a snapshot; what only it has needed is deleted when the volume is opened next, for which it is listed.
 * Rejects with a `VolumeError` "in-use" if a clone stands on it, which it names, or if somebody else deletes it too.
 */
export async function deleteSnapshot(store: ObjectStore, options: SnapshotOptions): Promise<void> {
  const { volume, snapshot, surroundings = machine } = options;
  checkName('volume', volume);
  checkName('snapshot', snapshot);
  const deletion = drawName(surroundings.random);
  const edit = (change: (head: Head) => Head | undefined) =>
    editHead(store, volume, change, surroundings);

  // First marked, so that no clone begins to stand on it while the pins are looked at. What was seen there holds for
  // as long as the mark is ours: others may have given up theirs, and let a clone in, before somebody marked it again.
  const isOurs = (each: Snapshot) => each.deletion === deletion;
  const isNew = (each: Snapshot) => each.name === snapshot && !isOurs(each);
  const marked = await edit((head) =>
    withSnapshots(head, isNew, (each) => [{ ...each, isLeaving: true, deletion }]),
  );
  const meant = marked.snapshots.find(isOurs) ?? snapshotOf(store, volume, marked, snapshot);
  const { objects } = await store.list(pinsPrefix(volume, snapshot), { max: 1 });
  const [pin] = objects;
  const ended = await edit((head) =>
    pin === undefined
      ? withSnapshots({ ...head, isLittered: true }, isOurs, () => [])
      : withSnapshots(head, isOurs, (each) => [{ ...each, isLeaving: false, deletion: undefined }]),
  );
  if (pin !== undefined) throw pinned(store, `${volume}@${snapshot}`, pin.key);
  if (!ended.snapshots.some(({ id }) => id === meant.id)) return;
  throw new VolumeError(
    'in-use',
    `${store.name}: ${volume}@${snapshot} is being deleted by others`,
  );
}

/** The refusal that names a clone, by the key of its pin. */
export function pinned(store: ObjectStore, what: string, pinKey: string): VolumeError {
  const clone = pinKey.slice(pinKey.lastIndexOf('/') + 1).replace(/\.[0-9a-f]*$/, '');
  return new VolumeError(
    'in-use',
    `${store.name}: ${what} is in use: the clone ${clone} stands on it`,
  );
}

function withSnapshots(
  head: Head,
  which: (snapshot: Snapshot) => boolean,
  to: (snapshot: Snapshot) => readonly Snapshot[],
): Head | undefined {
  if (!head.snapshots.some(which)) return undefined;
  const snapshots = head.snapshots.flatMap((each) => (which(each) ? to(each) : [each]));
  return { ...head, snapshots };
}
