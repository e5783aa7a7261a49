/** Changes of a head by those who do not own the volume: its owner goes on, and finds them with its next commit. */
import type { Head, Snapshot } from './head.ts';
import { HeadChain, type HeadChange, readHeadOf } from './head-chain.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

export async function editHead(
  store: ObjectStore,
  volume: string,
  change: HeadChange,
  { random }: Surroundings,
): Promise<Head> {
  const seen = await readHeadOf(store, volume);
  return new HeadChain(store, volume, random, seen).swap(change, () => true);
}

/** Throws a `VolumeError` "missing" unless the volume has it and keeps it. */
export function snapshotOf(store: ObjectStore, volume: string, head: Head, name: string): Snapshot {
  const found = head.snapshots.find((each) => each.name === name && !each.isLeaving);
  if (found !== undefined && !head.isLeaving) return found;
  throw new VolumeError('missing', `${store.name}: the volume ${volume} has no snapshot ${name}`);
}
