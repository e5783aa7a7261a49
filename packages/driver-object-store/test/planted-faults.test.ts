/** The model is shown volumes that are wrong in ways that are easily made: one that it does not find is not worth its name. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ObjectStore, StoredObject } from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
import { history, run } from './simulation/history.ts';
import type { Plant } from './simulation/simulation.ts';
import { tellsHeads } from './simulation/told-heads.ts';

const RUNS_MAX = 5000;

/** As if the opening listed the chunks when it first looks at the head, and took the volume over then. */
function listsBeforeClaim(store: MemoryStore): ObjectStore {
  let before: MemoryStore | undefined;
  return {
    ...store,
    get(key, options) {
      if (key.endsWith('/head') && before === undefined) {
        before = memoryStore();
        for (const [at, object] of store.objects) before.objects.set(at, object);
      }
      return store.get(key, options);
    },
    list: (prefix, options) => (before ?? store).list(prefix, options),
  };
}

/** As if whatever an earlier generation has left did count. */
function ignoresSeals(store: MemoryStore): ObjectStore {
  return tellsHeads(store, (head) => {
    const sealed = head.sealed.map((each) => ({ ...each, sequence: 2 ** 40 }));
    return { ...head, sealed };
  });
}

/** As if an upload were answered before the store has it. */
function answersUploadsEarly(store: MemoryStore): ObjectStore {
  let calls = 0;
  return {
    ...store,
    put(key, parts, options) {
      calls += 1;
      const isLost = key.includes('/c/') && calls % 5 === 0;
      return isLost ? Promise.resolve({ etag: 'lost' }) : store.put(key, parts, options);
    },
  };
}

/** By the store of a simulation: the first map that was kept there. */
const firstMaps = new WeakMap<MemoryStore, StoredObject>();

/** As if a map were believed though somebody has owned the volume since. */
function believesFormerMaps(store: MemoryStore): ObjectStore {
  return {
    ...store,
    put(key, parts, options) {
      const [bytes] = parts;
      if (key.includes('/map/') && bytes !== undefined && !firstMaps.has(store)) {
        firstMaps.set(store, { bytes, etag: 'first', crc32: options?.crc32 });
      }
      return store.put(key, parts, options);
    },
    async get(key, options) {
      const first = firstMaps.get(store);
      const found = await store.get(key, options);
      if (first === undefined) return found;
      if (key.includes('/map/')) return first;
      if (found === undefined || !key.endsWith('/head')) return found;
      const head = JSON.parse(new TextDecoder().decode(found.bytes)) as Watermark;
      const { generation, durable: sequence } = head;
      const map = { generation, sequence, parts: 1, versions: first.bytes.length / 16 };
      return { ...found, bytes: new TextEncoder().encode(JSON.stringify({ ...head, map })) };
    },
  };
}

/** As if heads named other packs than they do. */
function namesPacks(
  store: MemoryStore,
  name: (packs: string | undefined) => string | undefined,
): ObjectStore {
  const told = tellsHeads(store, ({ packs, carried, ...head }) => {
    const named = Object.entries(carried ?? {}).map(([key, body]) => [name(key), body]);
    return { ...head, packs: name(packs), carried: Object.fromEntries(named) };
  });
  return {
    ...told,
    // Under the names that a plant has made up are those that they were made of.
    get: (key, options) => told.get(key.replace(/-f{6}([0-9a-f]+)$/, '-$1'), options),
  };
}

/** As if the next owner went by the objects that there are, and not by what the head carries. */
function forgetsCarried(store: MemoryStore): ObjectStore {
  return tellsHeads(store, ({ packs, carried, ...head }) => {
    const objects = packs?.split(' ').filter((name) => carried?.[name] === undefined) ?? [];
    return { ...head, packs: objects.length === 0 ? undefined : objects.join(' ') };
  });
}

interface Watermark {
  readonly generation: number;
  readonly durable: number;
}

test.each<[fault: string, plant: Plant]>([
  ['the store accepts every conditional write', { conditions: 'ignored' }],
  ['chunks are listed before the volume is claimed', { tamper: listsBeforeClaim }],
  ['seals are ignored', { tamper: ignoresSeals }],
  ['a map is believed that is not of the last owner', { tamper: believesFormerMaps }],
  ['what heads carry is forgotten', { tamper: forgetsCarried }],
  ['packs are forgotten', { tamper: (store) => namesPacks(store, () => undefined) }],
  [
    'a pack lies over what is newer',
    {
      tamper: (store) => namesPacks(store, (packs) => packs?.replaceAll('-', '-ffffff')),
    },
  ],
  ['an upload is answered that has not arrived', { tamper: answersUploadsEarly }],
])(
  'the model finds out when %s',
  async (_, plant) => {
    const details = await fc.check(
      fc.asyncProperty(history, (steps) => run(steps, plant)),
      { numRuns: RUNS_MAX, endOnFailure: true, seed: 7 },
    );
    expect(details.failed).toBe(true);
  },
  60_000,
);
