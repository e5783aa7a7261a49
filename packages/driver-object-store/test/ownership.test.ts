/** One host at a time, and what the others are told. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import {
  createVolume,
  openVolume,
  type OpenOptions,
  probeConditions,
  takeOverVolume,
  volumeInfo,
} from '../src/index.ts';
import { memoryStore } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';

async function volume() {
  const store = memoryStore();
  const surroundings = manualSurroundings();
  await createVolume(store, { volume: 'v', size: 8192, chunkBytes: 4096, surroundings });
  const open = (options: OpenOptions = {}) =>
    openVolume(store, { volume: 'v', surroundings, lease: 9000, ...options });
  return { store, surroundings, open };
}

async function mapOf(disk: Driver): Promise<void> {
  for await (const { length } of disk.extents?.(0, disk.size) ?? [])
    expect(length).toBeGreaterThan(0);
}

test('a volume in use is refused, and its owner is named', async () => {
  const { surroundings, open } = await volume();
  await open({ address: 'alpha:10809' });
  const second = open({ address: 'beta' });
  const refused = second.then(String, String);
  for (let i = 0; i < 20; i++) await surroundings.tick(1000);
  expect(await refused).toMatch(/in use: alpha:10809 has it/);
});

test('an owner that shows no life for its lease is followed by the next, and what it committed is there', async () => {
  const { store, surroundings, open } = await volume();
  const dead = manualSurroundings(5);
  const first = await openVolume(store, { volume: 'v', surroundings: dead, lease: 9000 });
  await first.write?.(Uint8Array.of(1, 2, 3), 100, { fua: true });
  await first.write?.(Uint8Array.of(9), 100, { fua: false });
  const second = open();
  for (let i = 0; i < 12; i++) await surroundings.tick(1000);
  const disk = await second;
  const target = new Uint8Array(3);
  await disk.read(target, 100);
  expect([...target]).toEqual([1, 2, 3]);
  await disk.close?.();
  expect((await volumeInfo(store, 'v')).owner).toBeUndefined();
});

test('an owner that was deposed answers nothing any more, and says why', async () => {
  const { store, surroundings, open } = await volume();
  const reasons: string[] = [];
  const observer = { deposed: (reason: Error) => reasons.push(reason.message) };
  const first = await open({ observer });
  await first.write?.(Uint8Array.of(1), 0, { fua: false });
  const second = await open({ takeOver: true, address: 'beta' });
  const why = /taken over; generation 2 belongs to beta/;
  await expect(first.flush?.()).rejects.toThrow(why);
  await expect(first.write?.(Uint8Array.of(1), 0, { fua: false })).rejects.toMatchObject({
    code: 'ESHUTDOWN',
  });
  await expect(first.read(new Uint8Array(1), 0)).rejects.toThrow(why);
  expect(reasons).toHaveLength(1);
  await expect(first.cache?.(0, 1)).rejects.toThrow(why);
  await expect(mapOf(first)).rejects.toThrow(why);
  await expect(first.close?.()).rejects.toThrow(why);
  await second.close?.();
  await takeOverVolume(store, { volume: 'v', surroundings });
  expect((await volumeInfo(store, 'v')).generation).toBe(3);
});

test.each([[0], [3]])(
  'an owner of %i changes that finds itself deposed is told so once, and of no commit that would be tried again',
  async (changes) => {
    const { surroundings, open } = await volume();
    const told: string[] = [];
    const observer = {
      deposed: () => told.push('deposed'),
      commitFailed: () => told.push('commit failed'),
    };
    const first = await open({ observer });
    for (let i = 0; i < changes; i++) await first.write?.(Uint8Array.of(1), i, { fua: false });
    await open({ takeOver: true });
    for (let i = 0; i < 20; i++) await surroundings.tick(1000);
    expect(told).toEqual(['deposed']);
  },
);

test('an owner that stood still for longer than its lease asks before it answers', async () => {
  const { store, open } = await volume();
  const stopped = manualSurroundings(5);
  let now = 0;
  const surroundings = {
    ...stopped,
    clock: { ...stopped.clock, now: () => now, after: () => () => {} },
  };
  const first = await openVolume(store, { volume: 'v', surroundings, lease: 9000 });
  expect(first.write?.(Uint8Array.of(1), 0, { fua: false })).toBeUndefined();
  await open({ takeOver: true });
  now = 9001;
  await expect(mapOf(first)).rejects.toThrow(/taken over/);
  await expect(first.write?.(Uint8Array.of(1), 0, { fua: false })).rejects.toThrow(/taken over/);
});

test('a store that does not check its conditions is refused in one line, and nothing is left behind', async () => {
  const broken = memoryStore({ name: 's3://toy', conditions: 'ignored' });
  const refusal = /s3:\/\/toy: the store accepts conditional writes but does not check them/;
  await expect(createVolume(broken, { volume: 'v', size: 1 })).rejects.toThrow(refusal);
  expect(broken.objects.size).toBe(0);
  await expect(probeConditions(memoryStore())).resolves.toBeUndefined();
});

test('there is one volume of a name, and none of a bad one', async () => {
  const { store } = await volume();
  await expect(createVolume(store, { volume: 'v', size: 1 })).rejects.toMatchObject({
    code: 'exists',
  });
  await expect(createVolume(store, { volume: 'a/b', size: 1 })).rejects.toMatchObject({
    code: 'invalid',
  });
  await expect(openVolume(store, { volume: 'w' })).rejects.toMatchObject({ code: 'missing' });
});
