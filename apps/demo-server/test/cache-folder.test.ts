/** Chunks of volumes in a bucket that are kept in a folder of this machine. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { createVolume, openVolume, snapshotVolume } from '@nbd/driver-object-store';
import { expect, test, vi } from 'vitest';
import { BUCKET, MemoryBucket } from './memory-bucket.ts';
import { finish, type StartOptions, start } from './program.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CHUNK = 64 * 1024;
const LISTEN = ['--listen', 'nbd://127.0.0.1:0', '--workers', '1'];

/** A bucket with a volume whose only chunk is sevens, and a snapshot of it. */
async function filledBucket(): Promise<MemoryBucket> {
  const bucket = await MemoryBucket.open();
  const { store } = bucket;
  await createVolume(store, { volume: 'v', size: CHUNK, chunkBytes: CHUNK });
  const disk = await openVolume(store, { volume: 'v' });
  await disk.write?.(new Uint8Array(CHUNK).fill(7), 0, { fua: true });
  await disk.close?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
  return bucket;
}

/** How often a chunk was asked for. */
function chunksAsked({ store }: MemoryBucket): number {
  return store.calls.filter(({ kind, key }) => kind === 'get' && key.startsWith('v/c/')).length;
}

/** Serves the export, reads from it, and ends once the folder has `count` files. */
async function readOnce(
  spec: string,
  folder: string,
  count: number,
  options: StartOptions,
): Promise<void> {
  const program = start([...LISTEN, '--export', spec], options);
  const [uri = ''] = await program.listening();
  const client = await RawClient.connect(uri);
  await client.go('v');
  client.askToRead(0, 512);
  const reply = await client.take(SIMPLE_REPLY_BYTES + 512);
  expect(reply.subarray(SIMPLE_REPLY_BYTES)).toEqual(Buffer.alloc(512, 7));
  await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(count), { timeout: 10_000 });
  program.signal('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0 });
}

test.each(['v', 'v@s'])(
  'a server that starts again asks for no chunk of %s again',
  async (name) => {
    const bucket = await filledBucket();
    const folder = temporaryFolder();
    const spec = `v=s3://${BUCKET}/${name}?cacheFolder=${folder}&cacheFolderBytes=1M`;
    await readOnce(spec, folder, 1, bucket);
    expect(chunksAsked(bucket)).toBe(1);
    await readOnce(spec, folder, 1, bucket);
    expect(chunksAsked(bucket)).toBe(1);
  },
);

test('a folder that cannot be used is told in one line, before the bucket is asked', async () => {
  const bucket = await MemoryBucket.open();
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const [path, reason] of [
    [join(folder, 'none'), 'ENOENT: no such file or directory'],
    [file, 'expected a folder, found a file'],
  ] as const) {
    const words = ['--export', `v=s3://${BUCKET}/v?cacheFolder=${path}`];
    const { code, stdout, stderr } = await finish([...LISTEN, ...words], bucket);
    expect([code, stdout]).toEqual([1, '']);
    const where = `nbd-demo-server: export "v" cannot be opened: cacheFolder ${path} cannot be used`;
    expect(stderr).toMatch(/^[^\n]*\n$/);
    expect(stderr.startsWith(`${where}: ${reason}`)).toBe(true);
  }
  expect(bucket.store.calls).toEqual([]);
});

// Not even the root of Linux can make anything there.
test.runIf(existsSync('/proc/self'))('nor one that cannot be written', async () => {
  const bucket = await MemoryBucket.open();
  const words = ['--export', `v=s3://${BUCKET}/v?cacheFolder=/proc/self`];
  expect(await finish([...LISTEN, ...words], bucket)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^nbd-demo-server: export "v" cannot be opened: cacheFolder \/proc\/self cannot be used: E[^\n]+\n$/,
    ),
  });
  expect(bucket.store.calls).toEqual([]);
});
