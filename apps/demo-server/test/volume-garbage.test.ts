/** What it costs to collect what was received of a bucket: counted, for it was half of the processor time once. */
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { createVolume, openVolume } from '@nbd/driver-object-store';
import { expect, test } from 'vitest';
import { BUCKET, MemoryBucket } from './memory-bucket.ts';
import { start } from './program.ts';
import { textOf, urlOf, valueOf } from './program-metrics.ts';
import { RawClient } from './raw-client.ts';

const MIB = 2 ** 20;
/** Half as much again as is kept in memory, so that every read is one of the bucket. */
const SIZE = 192 * MIB;
const ROUNDS = 2;

test('of a volume that is read in order hardly anything is collected but what is young', async () => {
  const bucket = await MemoryBucket.open();
  await createVolume(bucket.store, { volume: 'v', size: SIZE, chunkBytes: MIB });
  const disk = await openVolume(bucket.store, { volume: 'v' });
  const piece = new Uint8Array(MIB).fill(7);
  for (let at = 0; at < SIZE; at += MIB) await disk.write?.(piece, at, { fua: false });
  await disk.close?.();
  const from = bucket.store.calls.length;

  const { env } = bucket;
  const listen = ['--listen', 'nbd://127.0.0.1:0', '--metrics', '0', '--workers', '1'];
  const program = start([...listen, '--export', `v=s3://${BUCKET}/v`], { env });
  const [uri = ''] = await program.listening();
  const metrics = `${await urlOf(program)}metrics`;
  const collections = async () => {
    const text = await textOf(metrics);
    expect(text).toContain('# TYPE nodejs_gc_duration_seconds histogram');
    const sample = 'nodejs_gc_duration_seconds_count{kind="major"}';
    // Before the first there is no such sample.
    return text.includes(sample) ? valueOf(text, sample) : 0;
  };
  const client = await RawClient.connect(uri);
  await client.go('v');
  const before = await collections();
  for (let at = 0; at < ROUNDS * SIZE; at += MIB) {
    client.askToRead(at % SIZE, MIB);
    await client.take(SIMPLE_REPLY_BYTES + MIB);
  }
  const gets = bucket.store.calls.slice(from).filter(({ kind }) => kind === 'get');
  expect(gets.length).toBeGreaterThan((ROUNDS * SIZE) / MIB);
  // It is three at the most; fifteen at the least where V8 is left alone.
  expect((await collections()) - before).toBeLessThan(9);
  program.signal('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0 });
}, 30_000);
