/**
 * What every store of objects owes a volume, as tests. They are the same for the store in memory that other tests
 * trust and for a real gateway, so that neither can promise what the other does not keep.
 */
import { type ObjectStore, StoreError } from '@nbd/driver-object-store';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keys, inOrder } from './arbitrary-keys.ts';

export interface StoreContract {
  /** A store in which nothing is. */
  readonly make: () => ObjectStore;
  /** How often a property is tried. */
  readonly runs: number;
}

/** Declares the tests, inside a `describe`. */
export function storeContract({ make, runs }: StoreContract): void {
  let store: ObjectStore;
  const settings = { numRuns: runs };

  beforeEach(() => {
    store = make();
  });
  afterEach(() => store.close());

  it('answers undefined for what is not there, and removes it without a word', async () => {
    expect(await store.get('none')).toBeUndefined();
    expect(await store.put('none', [bytes('x')], { condition: { etag: NO_ETAG } })).toBeUndefined();
    await store.delete('none');
    expect(await store.deleteMany(['none', 'nor/this'])).toEqual([]);
    expect(await store.deleteMany([])).toEqual([]);
    expect(await store.list('')).toEqual({ objects: [], isTruncated: false });
  });

  it('gives back what was put in parts, its version, and its checksum', async () => {
    const put = await store.put('a', [bytes('he'), bytes(''), bytes('llo')], {
      crc32: 0xfedc_ba98,
    });
    const target = new Uint8Array(8).fill(1);
    const found = await store.get('a', { target });
    expect(found).toEqual({ bytes: bytes('hello'), etag: put?.etag, crc32: 0xfedc_ba98 });
    expect(found?.bytes.buffer).toBe(target.buffer);
    expect(target.subarray(5)).toEqual(new Uint8Array(3).fill(1));
    expect((await store.get('a'))?.bytes).toEqual(bytes('hello'));
  });

  it('knows empty objects, and objects without a checksum', async () => {
    await store.put('empty', []);
    expect(await store.get('empty')).toMatchObject({ bytes: bytes(''), crc32: undefined });
    expect(await store.list('')).toEqual({
      objects: [{ key: 'empty', size: 0 }],
      isTruncated: false,
    });
  });

  it('refuses an object that is longer than its target', async () => {
    await store.put('a', [bytes('hello')]);
    await expect(store.get('a', { target: new Uint8Array(4) })).rejects.toThrow(StoreError);
  });

  it('reads any range that lies in an object, and none that does not', async () => {
    const whole = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
    await store.put('a', [whole]);
    const range = fc.record({ offset: fc.nat(999), length: fc.integer({ min: 1, max: 1200 }) });
    await fc.assert(
      fc.asyncProperty(range, fc.boolean(), async ({ offset, length }, hasTarget) => {
        const target = new Uint8Array(length);
        const reading = store.get('a', {
          range: { offset, length },
          ...(hasTarget && { target }),
        });
        const end = offset + length;
        const found = await reading.then((object) => object?.bytes, refusal);
        expect(found).toEqual(end > whole.length ? 'refused' : whole.subarray(offset, end));
      }),
      settings,
    );
    await expect(store.get('a', { range: { offset: 1000, length: 1 } })).rejects.toThrow(
      StoreError,
    );
  });

  it('creates only what is absent', async () => {
    const first = await store.put('a', [bytes('first')], { condition: { absent: true } });
    expect(first).toBeDefined();
    expect(await store.put('a', [bytes('again')], { condition: { absent: true } })).toBeUndefined();
    expect(await store.get('a')).toMatchObject({ bytes: bytes('first'), etag: first?.etag });
  });

  it('replaces only the version that is named', async () => {
    const first = await store.put('a', [bytes('first')]);
    const condition = { etag: first?.etag ?? '' };
    const second = await store.put('a', [bytes('second')], { condition });
    expect(second).toBeDefined();
    expect(await store.put('a', [bytes('stale')], { condition })).toBeUndefined();
    expect(await store.get('a')).toMatchObject({ bytes: bytes('second'), etag: second?.etag });
    await store.delete('a');
    const gone = { condition: { etag: second?.etag ?? '' } };
    expect(await store.put('a', [bytes('gone')], gone)).toBeUndefined();
    expect(await store.get('a')).toBeUndefined();
  });

  it('lets one of many creators win', async () => {
    for (let round = 0; round < RACES; round++) {
      const key = `race/${round}`;
      const creators = (body: Uint8Array) =>
        store.put(key, [body], { condition: { absent: true } });
      const winners = await race(creators);
      expect(winners).toContainEqual((await store.get(key))?.bytes);
    }
  });

  it('lets one of many successors of a version win', async () => {
    let etag = (await store.put('race', [bytes('first')]))?.etag ?? '';
    for (let round = 0; round < RACES; round++) {
      const condition = { etag };
      const winners = await race((body) => store.put('race', [body], { condition }), round);
      const found = await store.get('race');
      expect(winners).toContainEqual(found?.bytes);
      etag = found?.etag ?? '';
    }
  });

  it('keeps any key, lists it in the order of bytes, and removes it', async () => {
    const sets = fc.uniqueArray(keys(), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sets, fc.integer({ min: 1, max: 4 }), async (given, max) => {
        const sizes = new Map(given.map((key, index) => [key, index]));
        for (const [key, size] of sizes) await store.put(key, [new Uint8Array(size)]);
        const listed = await listAll(store, '', max);
        expect(listed).toEqual(inOrder(given).map((key) => ({ key, size: sizes.get(key) })));
        for (const key of given) expect((await store.get(key))?.bytes.length).toBe(sizes.get(key));
        const [first = '', ...others] = given;
        await store.delete(first);
        expect(await store.get(first)).toBeUndefined();
        expect(await store.deleteMany(others)).toEqual([]);
        expect(await store.list('')).toEqual({ objects: [], isTruncated: false });
      }),
      settings,
    );
  });

  it('lists what begins with a prefix, behind a key', async () => {
    const all = ['a', 'a/', 'a/1', 'a/2', 'a/2/x', 'a0', 'b'];
    for (const key of all) await store.put(key, [bytes(key)]);
    const listed = async (prefix: string, after?: string): Promise<readonly string[]> => {
      const page = await store.list(prefix, after === undefined ? {} : { after });
      return page.objects.map(({ key }) => key);
    };
    expect(await listed('a/')).toEqual(['a/', 'a/1', 'a/2', 'a/2/x']);
    expect(await listed('a/', 'a/1')).toEqual(['a/2', 'a/2/x']);
    expect(await listed('a/', 'a/15')).toEqual(['a/2', 'a/2/x']);
    expect(await listed('c')).toEqual([]);
    expect((await store.list('', { max: 7 })).isTruncated).toBe(false);
    expect((await store.list('', { max: 6 })).isTruncated).toBe(true);
  });

  it('makes no call that is given up already, and none once it is closed', async () => {
    await store.put('a', [bytes('kept')]);
    const signal = AbortSignal.abort();
    const closed = { name: 'StoreError', code: 'closed' };
    await expect(store.get('a', { signal })).rejects.toMatchObject(closed);
    await expect(store.put('a', [bytes('x')], { signal })).rejects.toMatchObject(closed);
    await expect(store.delete('a', { signal })).rejects.toMatchObject(closed);
    expect((await store.get('a'))?.bytes).toEqual(bytes('kept'));
    // What is under way when it is closed settles, one way or the other.
    const pending = store.get('a').then((object) => object?.bytes, refusal);
    await store.close();
    expect(['refused', bytes('kept')]).toContainEqual(await pending);
    await expect(store.list('')).rejects.toMatchObject(closed);
  });
}

const RACES = 5;
const RACERS = 24;
const NO_ETAG = '900150983cd24fb0d6963f7d28e17f72';

/**
 * Puts different bodies at the same time, of which at most one is told that it has won. Answers those that may stand now:
 * the winner, or else the ones that were told that nobody knows.
 */
async function race(
  put: (body: Uint8Array) => Promise<unknown>,
  round = 0,
): Promise<readonly Uint8Array[]> {
  const bodies = Array.from({ length: RACERS }, (_, racer) => bytes(`${round} ${racer}`));
  const outcomes = await Promise.all(bodies.map((body) => put(body).catch(ambiguous)));
  const winners = bodies.filter((_, racer) => isWin(outcomes[racer]));
  expect(winners.length).toBeLessThanOrEqual(1);
  return winners.length === 1
    ? winners
    : bodies.filter((_, racer) => outcomes[racer] === 'ambiguous');
}

function refusal(error: unknown): 'refused' {
  if (error instanceof StoreError) return 'refused';
  throw error;
}

function ambiguous(error: unknown): 'ambiguous' {
  if (error instanceof StoreError && error.code === 'ambiguous') return 'ambiguous';
  throw error;
}

function isWin(outcome: unknown): boolean {
  return outcome !== undefined && outcome !== 'ambiguous';
}

async function listAll(
  store: ObjectStore,
  prefix: string,
  max: number,
): Promise<readonly { readonly key: string; readonly size: number }[]> {
  const found: { readonly key: string; readonly size: number }[] = [];
  for (;;) {
    const after = found.at(-1)?.key;
    const page = await store.list(prefix, { max, ...(after !== undefined && { after }) });
    expect(page.objects.length).toBeLessThanOrEqual(max);
    found.push(...page.objects);
    if (!page.isTruncated) return found;
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
