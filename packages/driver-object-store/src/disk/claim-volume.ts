/**
 * Becoming the owner of a volume: one change of the head begins a new generation, and seals the one before at its last
 * commit. From then on nothing that the former owner does can count.
 */
import { sealed } from '../head/counting.ts';
import type { Head, KeptMap, Owner } from '../head/head.ts';
import { HeadChain, readHeadOf, type SeenHead } from '../head/head-chain.ts';
import { currentMap } from '../map/kept-map.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Surroundings } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

export interface ClaimOptions {
  readonly volume: string;
  /** Undefined: nobody is to own it. */
  readonly owner: Owner | undefined;
  /** True: whether the owner shows life or not. */
  readonly takeOver: boolean;
  /** Drawn: the same change marks the volume as one that is being deleted, so that nobody opens it in between. */
  readonly deletion?: string;
  readonly surroundings: Surroundings;
}

export interface Claim {
  readonly chain: HeadChain;
  readonly head: Head;
  /** When the request began that made us the owner, on our clock. */
  readonly ownedSince: number;
  /** What the volume was left with, of which everything that counts is on it. Undefined: it has to be listed. */
  readonly kept: KeptMap | undefined;
}

/** Rejects with a `VolumeError` "in-use", which names the owner, when there is one that shows life. */
export async function claimVolume(store: ObjectStore, options: ClaimOptions): Promise<Claim> {
  const { volume, owner, takeOver, deletion, surroundings } = options;
  let seen = await readHeadOf(store, volume);
  if (!takeOver) seen = await waitForSilence(store, volume, seen, surroundings);
  if (seen.head.isLeaving) throw isLeaving(store, volume, deletion);
  const chain = new HeadChain(store, volume, surroundings.random, seen);
  const generation = seen.head.generation + 1;
  const ownedSince = surroundings.clock.now();
  // An attempt of ours may have been found by somebody who only added to it.
  const isOurs = (head: Head) =>
    head.generation === generation && head.owner?.id === owner?.id && head.deletion === deletion;
  const accepts = (theirs: Head) => {
    if (isOurs(theirs)) return true;
    // Others may edit the head without owning the volume, and the owner may have left.
    return (
      !theirs.isLeaving &&
      theirs.generation === seen.head.generation &&
      (takeOver || theirs.owner === undefined)
    );
  };
  let kept: KeptMap | undefined;
  const change = (before: Head) => {
    if (isOurs(before)) return undefined;
    // Of the version that ours follows at once: the last one that was tried.
    kept = currentMap(before);
    const claimed = { ...sealed(before), owner };
    return deletion === undefined ? claimed : { ...claimed, isLeaving: true, deletion };
  };
  try {
    const head = await chain.swap(change, accepts);
    return { chain, head, ownedSince, kept };
  } catch (error) {
    if (!(error instanceof VolumeError) || error.code !== 'deposed') throw error;
    throw chain.head.isLeaving
      ? isLeaving(store, volume, deletion)
      : inUse(store, volume, chain.head);
  }
}

/** Watches a head that has an owner, until it has not changed for the lease, on our own clock. */
async function waitForSilence(
  store: ObjectStore,
  volume: string,
  first: SeenHead,
  { clock }: Surroundings,
): Promise<SeenHead> {
  const { owner } = first.head;
  if (owner === undefined) return first;
  const began = clock.now();
  for (;;) {
    const left = owner.lease - (clock.now() - began);
    await new Promise<void>((resolve) => {
      clock.after(Math.max(Math.min(left, owner.lease / 3), 1), resolve);
    });
    const isOver = clock.now() - began > owner.lease;
    const seen = await readHeadOf(store, volume);
    if (seen.head.owner === undefined) return seen;
    if (seen.head.nonce !== first.head.nonce) throw inUse(store, volume, seen.head);
    if (isOver) return seen;
  }
}

/** The refusal that names the owner. */
function inUse(store: ObjectStore, volume: string, { owner }: Head): VolumeError {
  const who =
    owner === undefined
      ? 'another host has just had it'
      : `${owner.address} has it (owner ${owner.id}, since ${new Date(owner.since).toISOString()})`;
  return new VolumeError('in-use', `${store.name}: the volume ${volume} is in use: ${who}`);
}

/** Others delete it. To whoever is to delete it too it is not gone: they may yet give that up. */
function isLeaving(store: ObjectStore, volume: string, deletion: string | undefined): VolumeError {
  const code = deletion === undefined ? 'missing' : 'in-use';
  return new VolumeError(code, `${store.name}: the volume ${volume} is being deleted`);
}
