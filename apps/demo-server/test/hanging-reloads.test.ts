/** Reloads in which a disk does not open: the next one takes their place. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { createVolume, snapshotVolume, volumeInfo } from '@nbd/driver-object-store';
import { expect, test, vi } from 'vitest';
import { BUCKET, MemoryBucket } from './memory-bucket.ts';
import { type Program, start, WORKERS } from './program.ts';
import { textOf, urlOf, valueOf } from './program-metrics.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Reloadable {
  readonly program: Program;
  readonly uri: string;
  /** Has the configuration have these exports beside `stays`, and tells the program. */
  readonly reload: (exports: Readonly<Record<string, string>>) => void;
}

async function reloadable({ env }: MemoryBucket, workers: string): Promise<Reloadable> {
  const config = join(temporaryFolder(), 'nbd.json');
  const write = (exports: object): void =>
    writeFileSync(config, JSON.stringify({ exports: { stays: 'memory:1M', ...exports } }));
  write({});
  const settings = ['--listen=nbd://127.0.0.1:0', '--metrics=0', '--shutdown-timeout=1'];
  const program = start(['--workers', workers, ...settings, '--config', config], { env });
  const [uri = ''] = await program.listening();
  const reload = (exports: object): void => {
    write(exports);
    program.signal('SIGHUP');
  };
  return { program, uri, reload };
}

async function firstByte(uri: string, name: string): Promise<number | undefined> {
  const client = await RawClient.connect(uri);
  await client.go(name);
  client.askToRead(0, 1);
  return (await client.take(SIMPLE_REPLY_BYTES + 1)).at(-1);
}

test.each(WORKERS)(
  'a later SIGHUP takes the place of one that hangs, which is told in a line; workers: %s',
  async (workers) => {
    const bucket = await MemoryBucket.open();
    const hung = bucket.hold('hung/');
    const { program, uri, reload } = await reloadable(bucket, workers);
    reload({ hung: `s3://${BUCKET}/hung@s`, shared: 'memory:1M' });
    await hung.asked;
    expect(await firstByte(uri, 'stays')).toBe(0);

    reload({ new: 'memory:1M', shared: 'memory:1M' });
    await program.says('exports: read anew, for connections to come');
    expect(program.stderr).toContain(
      'WARN: exports: given up for a later reload: not open yet: "hung"',
    );
    for (const name of ['stays', 'new', 'shared']) expect(await firstByte(uri, name)).toBe(0);
    await expect(firstByte(uri, 'hung')).rejects.toThrow('GO was answered by');
    const text = await textOf(`${await urlOf(program)}metrics`);
    for (const [result, times] of Object.entries({ done: 1, failed: 0, superseded: 1 })) {
      expect(valueOf(text, `nbd_reloads_total{result="${result}"}`)).toBe(times);
    }
  },
);

test('a volume that both reloads want is opened once, and one that is broken leaves the first alone', async () => {
  const bucket = await MemoryBucket.open();
  await createVolume(bucket.store, { volume: 'v', size: 2 ** 20 });
  await createVolume(bucket.store, { volume: 's', size: 2 ** 20 });
  await snapshotVolume(bucket.store, { volume: 's', snapshot: 'one' });
  const { generation } = await volumeInfo(bucket.store, 'v');
  const held = bucket.hold('s/');
  const { program, uri, reload } = await reloadable(bucket, '1');
  const volume = { v: `s3://${BUCKET}/v` };
  reload({ ...volume, s: `s3://${BUCKET}/s@one` });
  await held.asked;

  reload({ ...volume, broken: 'nothing:1M' });
  await program.says('exports: what was read before stays in force: ');
  expect(program.stderr).not.toContain('given up');
  reload(volume);
  await program.says('exports: read anew, for connections to come');
  expect(await firstByte(uri, 'v')).toBe(0);
  held.release();
  program.signal('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0 });
  expect(await volumeInfo(bucket.store, 'v')).toMatchObject({ generation: generation + 1 });
});

test('a signal to stop closes a volume that a hanging reload has opened', async () => {
  const bucket = await MemoryBucket.open();
  await createVolume(bucket.store, { volume: 'v', size: 2 ** 20 });
  const hung = bucket.hold('hung/');
  const { program, reload } = await reloadable(bucket, '1');
  reload({ v: `s3://${BUCKET}/v`, hung: `s3://${BUCKET}/hung@s` });
  await hung.asked;
  const isTaken = async () => expect((await volumeInfo(bucket.store, 'v')).owner).toBeDefined();
  await vi.waitFor(isTaken, { timeout: 20_000 });
  program.signal('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 1 });
  expect(await volumeInfo(bucket.store, 'v')).toMatchObject({ owner: undefined });
});
