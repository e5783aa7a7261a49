/** Many chunks, and large ones. */
import { expect, test } from 'vitest';
import {
  checkVolume,
  countingObserver,
  createVolume,
  openVolume,
  volumeInfo,
} from '../src/index.ts';
import { memoryStore } from '../src/testing/index.ts';

const MIB = 2 ** 20;

test('a volume of more objects than a list tells at a time is listed by shards, and nothing is missed', async () => {
  const store = memoryStore();
  const chunks = 3000;
  const size = chunks * 4096;
  await createVolume(store, { volume: 'v', size, chunkBytes: 4096 });
  const disk = await openVolume(store, { volume: 'v', packedBytesMax: 0 });
  const content = Uint8Array.from({ length: size }, (_, i) => 1 + ((i >> 12) % 251));
  await disk.write?.(content, 0, { fua: true });
  for (let at = 0; at < chunks; at += 2)
    await disk.write?.(Uint8Array.of(0xff), at * 4096, { fua: false });
  await disk.flush?.();
  for (let at = 0; at < chunks; at += 2) content[at * 4096] = 0xff;
  const observer = countingObserver();
  const again = await openVolume(store, { volume: 'v', takeOver: true, observer });
  // One that was not enough, one for each first digit of a shard, and those for maps and packs.
  expect(observer.counters.requests.list).toBe(19);
  const target = new Uint8Array(size);
  await again.read(target, 0);
  expect(Buffer.compare(target, content)).toBe(0);
  await again.close?.();
  expect([...store.objects.keys()].filter((key) => /\/c\/(?!.*\/map\/)/.test(key))).toHaveLength(
    chunks,
  );
  const report = await checkVolume(store, { volume: 'v' });
  expect(report).toEqual({ checked: chunks, total: chunks, bytes: size, damaged: [], orphans: [] });
}, 30_000);

test.each([
  [1, MIB / 2],
  [256 * 2 ** 30, MIB / 2],
  [256 * 2 ** 30 + 1, MIB],
  [4 * 2 ** 40, MIB],
  [4 * 2 ** 40 + 1, 4 * MIB],
])('a volume of %i bytes has chunks of %i where nothing else is said', async (size, chunkBytes) => {
  const store = memoryStore();
  await createVolume(store, { volume: 'v', size });
  expect(await volumeInfo(store, 'v')).toMatchObject({ size, chunkBytes });
});

test('a small read of a large chunk fetches its part alone, and who comes back gets all of it', async () => {
  const store = memoryStore();
  await createVolume(store, { volume: 'v', size: 64 * MIB, chunkBytes: MIB });
  const disk = await openVolume(store, { volume: 'v' });
  await disk.write?.(new Uint8Array(64 * MIB).fill(5), 0, { fua: true });
  await disk.close?.();
  const observer = countingObserver();
  const again = await openVolume(store, { volume: 'v', observer, probe: false });
  const { bytesRead: before } = observer.counters;
  const read = async (offset: number) => {
    const target = new Uint8Array(4096);
    await again.read(target, offset);
    expect(target.every((byte) => byte === 5)).toBe(true);
    return observer.counters.bytesRead - before;
  };
  expect(await read(40 * MIB)).toBe(4096);
  expect(await read(10 * MIB + 100)).toBe(2 * 4096);
  expect(await read(40 * MIB + 8192)).toBe(2 * 4096 + MIB);
  expect(await read(40 * MIB + 65_536)).toBe(2 * 4096 + MIB);
  await again.cache?.(20 * MIB, 2 * MIB);
  expect(await read(21 * MIB)).toBe(2 * 4096 + 3 * MIB);
}, 30_000);
