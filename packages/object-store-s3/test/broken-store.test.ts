import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeConditions } from '@nbd/driver-object-store';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Store } from '../src/index.ts';

let folder = '';
let emulator: S3rver;
let port = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nbd-s3rver-'));
  emulator = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'bucket', configs: [] }],
  });
  ({ port } = await emulator.run());
});

afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

describe('an emulator that accepts conditions and ignores them', () => {
  it('is refused in one clear line', async () => {
    const store = s3Store({
      endpoints: [`http://127.0.0.1:${port}`],
      bucket: 'bucket',
      region: 'us-east-1',
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    });
    await expect(probeConditions(store)).rejects.toMatchObject({
      name: 'VolumeError',
      code: 'conditions',
      message: expect.stringMatching(
        /^s3:\/\/bucket: the store accepts conditional writes but does not check them[^\n]*$/,
      ),
    });
    expect(await store.list('')).toEqual({ objects: [], isTruncated: false });
    await store.close();
  });
});
