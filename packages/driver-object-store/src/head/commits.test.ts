import { expect, test } from 'vitest';
import { manualSurroundings } from '../../test/manual-surroundings.ts';
import { claimVolume } from '../disk/claim-volume.ts';
import { Commits } from './commits.ts';
import { createVolume } from '../care/create-volume.ts';
import { snapshotVolume } from '../care/snapshot-volume.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { StoreError } from '../store/store-error.ts';
import { memoryStore } from '../testing/index.ts';

async function commits(through: (store: ObjectStore) => ObjectStore) {
  const store = memoryStore();
  const surroundings = manualSurroundings();
  await createVolume(store, { volume: 'v', size: 4096, probe: false, surroundings });
  const owner = { id: 'me', address: 'here', since: 0, lease: 9000 };
  const options = { volume: 'v', owner, takeOver: false, surroundings };
  const { chain, head, ownedSince } = await claimVolume(through(store), options);
  let watermark = 0;
  return new Commits({
    chain,
    generation: head.generation,
    owner,
    clock: surroundings.clock,
    ownedSince,
    packs: () => [],
    watermark: () => (watermark += 1),
    committed: () => {},
    observer: {},
  });
}

test('one commit is under way at a time, also for those who ask as soon as one has ended', async () => {
  let [underWay, most] = [0, 0];
  const all = await commits((store) => ({
    ...store,
    async put(key, parts, options) {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return store.put(key, parts, options);
    },
  }));
  const first = all.publish().then(() => all.publish());
  const second = all.publish();
  await Promise.all([first, second]);
  expect(most).toBe(1);
});

test('a volume that was left is left, though the answer is lost and a snapshot is made of it at once', async () => {
  const surroundings = manualSurroundings(5);
  let isLosing = false;
  const all = await commits((store) => ({
    ...store,
    async put(key, parts, options) {
      const answer = await store.put(key, parts, options);
      if (!isLosing) return answer;
      isLosing = false;
      await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
      throw new StoreError('ambiguous', 'no answer');
    },
  }));
  isLosing = true;
  await expect(all.publish((head) => ({ ...head, owner: undefined }))).resolves.toBeUndefined();
  expect(all.isOwned()).toBe(false);
});
