/** What can be said of volumes without opening them. */
import type { Owner, Snapshot } from '../head/head.ts';
import { readHead, readHeadOf } from '../head/head-chain.ts';
import { pagesOf } from '../map/list-chunks.ts';
import { allChunksPrefix, checkName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { VolumeError } from '../volume-error.ts';

export interface VolumeInfo {
  readonly volume: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly chunkBytes: number;
  /** How often it was opened for writing or taken over. */
  readonly generation: number;
  /** How often its head has changed. */
  readonly changes: number;
  /** Undefined: no host has it open for writing. */
  readonly owner: Owner | undefined;
  readonly snapshots: readonly Pick<Snapshot, 'name' | 'size' | 'created'>[];
  /** "volume@snapshot" that it is a clone of. */
  readonly base: string | undefined;
  /** It is being deleted, or its deletion was cut short: it cannot be opened, and can be deleted again. */
  readonly isLeaving: boolean;
}

export interface VolumeUsage {
  /** Those that are not needed any more are counted too. */
  readonly objects: number;
  /** Bytes. */
  readonly bytes: number;
}

/** One request. Rejects with a `VolumeError` when there is no such volume. */
export async function volumeInfo(store: ObjectStore, volume: string): Promise<VolumeInfo> {
  checkName('volume', volume);
  const { head } = await readHeadOf(store, volume);
  const [base] = head.bases;
  return {
    volume,
    size: head.size,
    chunkBytes: head.chunkBytes,
    generation: head.generation,
    changes: head.counter,
    owner: head.owner,
    snapshots: head.snapshots.map(({ name, size, created }) => ({ name, size, created })),
    base: base === undefined ? undefined : `${base.volume}@${base.snapshot}`,
    isLeaving: head.isLeaving,
  };
}

/** What the volume takes in the store, its snapshots included. A request for each thousand objects. */
export async function volumeUsage(store: ObjectStore, volume: string): Promise<VolumeUsage> {
  checkName('volume', volume);
  let [objects, bytes] = [0, 0];
  for await (const page of pagesOf(store, allChunksPrefix(volume))) {
    objects += page.objects.length;
    for (const { size } of page.objects) bytes += size;
  }
  return { objects, bytes };
}

/** The names of all volumes, in the order of their keys. Two requests for each. */
export async function* listVolumes(store: ObjectStore): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const { objects } = await store.list('', after === '' ? { max: 1 } : { after, max: 1 });
    const [first] = objects;
    if (first === undefined) return;
    const slash = first.key.indexOf('/');
    if (slash === -1) {
      after = first.key; // no volume's
      continue;
    }
    const name = first.key.slice(0, slash);
    if (!name.startsWith('.') && (await isVolume(store, name))) yield name;
    after = `${name}0`; // the character behind the slash
  }
}

async function isVolume(store: ObjectStore, name: string): Promise<boolean> {
  try {
    return (await readHead(store, name)) !== undefined;
  } catch (error) {
    if (error instanceof VolumeError) return true; // damaged, but there
    throw error;
  }
}
