/** Chunks that are kept on this machine. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  type ChunkStore,
  createVolume,
  folderChunkStore,
  memoryChunkStore,
  openVolume,
} from '../src/index.ts';
import { memoryStore } from '../src/testing/index.ts';

const KEY = 'v/c/id/00/00000000/1-1';

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-chunks-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test.each<[name: string, make: () => Promise<ChunkStore>]>([
  ['memory', async () => memoryChunkStore(100)],
  ['a folder', async () => folderChunkStore({ folder: await aFolder(), bytesMax: 100 })],
])('%s keeps a copy, and drops what was kept longest', async (_, make) => {
  const chunks = await make();
  const bytes = new Uint8Array(40).fill(7);
  await chunks.keep(KEY, bytes);
  bytes.fill(0);
  expect(await chunks.read(KEY)).toEqual(new Uint8Array(40).fill(7));
  await chunks.keep(`${KEY}1`, bytes);
  await chunks.keep(`${KEY}2`, bytes);
  expect(await chunks.read(KEY)).toBeUndefined();
  expect(await chunks.read(`${KEY}2`)).toEqual(bytes);
  await chunks.keep(`${KEY}3`, new Uint8Array(101));
  expect(await chunks.read(`${KEY}3`)).toBeUndefined();
});

test('a folder is found again as it was left, without what is damaged or half written', async () => {
  const folder = await aFolder();
  const bytes = new Uint8Array(40).fill(7);
  const before = await folderChunkStore({ folder, bytesMax: 1000 });
  await before.keep(KEY, bytes);
  await before.keep(`${KEY}1`, bytes);
  const [first = ''] = (await readdir(folder)).toSorted();
  await writeFile(join(folder, first), new Uint8Array(44));
  await writeFile(join(folder, 'x.chunk.new'), bytes);
  const after = await folderChunkStore({ folder, bytesMax: 1000 });
  expect(await readdir(folder)).toHaveLength(2);
  expect(await after.read(KEY)).toBeUndefined();
  expect(await after.read(`${KEY}1`)).toEqual(bytes);
});

test('what others have put into a folder is not removed, and takes no room', async () => {
  const folder = await aFolder();
  const others = ['disk.img', 'disk.img.new'];
  for (const name of others) await writeFile(join(folder, name), new Uint8Array(1000));
  const chunks = await folderChunkStore({ folder, bytesMax: 100 });
  for (const key of [KEY, `${KEY}1`, `${KEY}2`]) await chunks.keep(key, new Uint8Array(40));
  expect(await readdir(folder)).toEqual(expect.arrayContaining(others));
  expect(await readdir(folder)).toHaveLength(others.length + 2);
});

test('a volume that is opened again reads from what was kept, and asks the store for nothing', async () => {
  const store = memoryStore();
  const chunkStore = memoryChunkStore(2 ** 20);
  await createVolume(store, { volume: 'v', size: 8192, chunkBytes: 4096 });
  const disk = await openVolume(store, { volume: 'v' });
  await disk.write?.(new Uint8Array(8192).fill(5), 0, { fua: true });
  await disk.close?.();
  for (const expected of [2, 0]) {
    const again = await openVolume(store, { volume: 'v', chunkStore });
    const from = store.calls.length;
    const target = new Uint8Array(8192);
    await again.read(target, 0);
    expect(target.every((byte) => byte === 5)).toBe(true);
    expect(store.calls.length - from).toBe(expected);
    await again.close?.();
  }
});
