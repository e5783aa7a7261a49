import { randomUUID } from 'node:crypto';
import { type ObjectStore, openVolume } from '@nbd/driver-object-store';
import { s3Store } from '@nbd/object-store-s3';
import { expect, it, onTestFinished } from 'vitest';
import { needGateway } from '../src/need-gateway.ts';
import { runNbd } from '../src/programs.ts';

const SMALL = 8 * 2 ** 20;
const LARGE = 16 * 2 ** 20;

/** A dozen programs are started, on machines that may be busy. */
const TEST_MILLIS = 180_000;

const access = needGateway();

it(
  'volumes are made, copied, listed, resized and deleted by the program',
  async () => {
    const prefix = randomUUID();
    const place = `s3://${access().bucket}/${prefix}`;
    const [gold, copy] = [`${place}/gold`, `${place}/copy`];
    const store = s3Store({ ...access(), prefix });
    onTestFinished(() => store.close());
    const command = (...words: readonly string[]): Promise<string> =>
      runNbd(access(), 'volume', ...words);
    const json = async (...words: readonly string[]): Promise<unknown> =>
      JSON.parse(await command(...words, '--json'));

    expect(await command('create', '--size', '8M', gold)).toMatch(/^size +8 MiB/m);
    await write(store, 'gold', Uint8Array.of(1, 2, 3));
    await command('snapshot', `${gold}@v1`);
    await write(store, 'gold', Uint8Array.of(4, 5, 6));
    await command('clone', `${gold}@v1`, copy);
    const resized = await json('resize', '--size', '16M', copy);
    expect(resized).toMatchObject({ volume: 'copy', size: LARGE, base: 'gold@v1' });
    const { objects } = await store.list('gold/c/');
    expect(await json('info', '--usage', gold)).toMatchObject({
      volume: 'gold',
      size: SMALL,
      snapshots: [{ name: 'v1', size: SMALL }],
      // What the snapshot needs; the head carries what came later.
      usage: { objects: 1, bytes: objects.reduce((sum, { size }) => sum + size, 0) },
    });
    expect(await read(store, 'copy')).toEqual(Uint8Array.of(1, 2, 3));
    expect(await read(store, 'gold')).toEqual(Uint8Array.of(4, 5, 6));
    const listed = await command('list', place);
    expect(listed).toMatch(/^copy +16 MiB +clone of gold@v1$/m);
    expect(listed).toMatch(/^gold +8 MiB +snapshots: 1$/m);

    await expect(command('delete', `${gold}@v1`)).rejects.toThrow(/copy/);
    expect(await json('delete', copy)).toMatchObject({ volume: 'copy' });
    expect(await json('delete', `${gold}@v1`)).toMatchObject({ snapshots: [] });
    await command('delete', gold);
    expect(await json('list', place)).toEqual([]);
    expect(await store.list('')).toEqual({ objects: [], isTruncated: false });
  },
  TEST_MILLIS,
);

async function write(store: ObjectStore, volume: string, bytes: Uint8Array): Promise<void> {
  const disk = await openVolume(store, { volume, probe: false });
  await disk.write?.(bytes, 512, { fua: true });
  await disk.close?.();
}

async function read(store: ObjectStore, volume: string): Promise<Uint8Array> {
  const disk = await openVolume(store, { volume, probe: false });
  const found = new Uint8Array(3);
  await disk.read(found, 512);
  await disk.close?.();
  return found;
}
