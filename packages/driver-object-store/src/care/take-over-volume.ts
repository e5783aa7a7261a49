/** Takes a volume from a host that is stuck, or is not to have it. */
import { claimVolume } from '../disk/claim-volume.ts';
import type { Owner } from '../head/head.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { checkName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { machine, type Surroundings } from '../surroundings.ts';

/**
 * Takes the volume from whoever has it, and leaves it without an owner, so that the next host need not wait. What the
 * former owner has not committed is lost to it. Resolves to that owner.
 */
export async function takeOverVolume(
  store: ObjectStore,
  {
    volume,
    surroundings = machine,
  }: { readonly volume: string; readonly surroundings?: Surroundings },
): Promise<Owner | undefined> {
  checkName('volume', volume);
  const { head } = await readHeadOf(store, volume);
  await claimVolume(store, { volume, owner: undefined, takeOver: true, surroundings });
  return head.owner;
}
