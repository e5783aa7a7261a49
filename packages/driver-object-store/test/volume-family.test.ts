/** See `family/family.ts` for what is promised, and what happens; and faults that have to be found, planted one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ObjectStore } from '../src/index.ts';
import type { MemoryStore } from '../src/testing/index.ts';
import type { Plant } from './family/family.ts';
import { history, run } from './family/history.ts';
import { tellsHeads } from './simulation/told-heads.ts';

const RUNS = 300;
const PLANTED_RUNS_MAX = 1000;
const seed = process.env['NBD_SEED'] ?? '';

test('volumes that stand on each other hold what was committed, whatever becomes of their hosts and of the others', async () => {
  await expect(
    fc.assert(
      fc.asyncProperty(history, (steps) => run(steps)),
      { numRuns: RUNS, ...(seed !== '' && { seed: Number(seed) }) },
    ),
  ).resolves.toBeUndefined();
}, 240_000);

/** As if the snapshots that a volume stands on named other packs than they do. */
function namesPacksOfBases(
  store: MemoryStore,
  volume: string,
  name: (packs: string | undefined) => string | undefined,
): ObjectStore {
  return tellsHeads(store, (head, key) => {
    if (key === `${volume}/head`) return head;
    const snapshots = head.snapshots.map((each) => ({ ...each, packs: name(each.packs) }));
    return { ...head, snapshots };
  });
}

/** As if a clone of a clone stood on the first volume alone. */
function overlooksNearBases(store: MemoryStore, volume: string): ObjectStore {
  return {
    ...store,
    list: async (prefix, options) =>
      prefix.startsWith(`${volume}/`) || prefix.startsWith('v0/')
        ? store.list(prefix, options)
        : { objects: [], isTruncated: false },
  };
}

/** As if an empty version had nothing to hide that is not a version of its own volume. */
function dropsEmptyVersions(store: MemoryStore): ObjectStore {
  return {
    ...store,
    async list(prefix, options) {
      for (const [key, { bytes }] of store.objects) {
        if (bytes.length > 0 || !key.startsWith(prefix) || !key.includes('/c/')) continue;
        const chunk = key.slice(0, key.lastIndexOf('/') + 1);
        const versions = [...store.objects.keys()].filter((each) => each.startsWith(chunk));
        if (versions.length === 1) await store.delete(key);
      }
      return store.list(prefix, options);
    },
  };
}

/** As if the next owner deleted packs that its volume does not name any more. */
function dropsPacksOfSnapshots(store: MemoryStore): ObjectStore {
  return tellsHeads(store, async (head) => {
    const packs = head.packs?.split(' ') ?? [];
    for (const key of store.objects.keys()) {
      const [, name = ''] = key.split(`/c/${head.id}/pack/`);
      const generation = Number.parseInt(name, 16);
      if (generation < head.generation && !packs.includes(name)) await store.delete(key);
    }
    return head;
  });
}

test.each<[fault: string, plant: Plant]>([
  [
    'packs of bases are forgotten',
    (store, volume) => namesPacksOfBases(store, volume, () => undefined),
  ],
  [
    'older packs of bases lie over newer ones',
    (store, volume) =>
      namesPacksOfBases(store, volume, (packs) => packs?.split(' ').toReversed().join(' ')),
  ],
  ['chunks of a clone are overlooked by its clones', overlooksNearBases],
  ['empty versions go too early', dropsEmptyVersions],
  ['packs go that a snapshot needs', dropsPacksOfSnapshots],
])(
  'the family finds out when %s',
  async (_, plant) => {
    const details = await fc.check(
      fc.asyncProperty(history, (steps) => run(steps, plant)),
      { numRuns: PLANTED_RUNS_MAX, endOnFailure: true, seed: 7 },
    );
    expect(details.failed).toBe(true);
  },
  60_000,
);
