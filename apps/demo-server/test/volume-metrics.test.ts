/** What is published of volumes in a bucket: the counts are compared with those of the bucket itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import {
  AMAZON_PRICES,
  createVolume,
  openVolume,
  requestCost,
  type RequestKind,
  snapshotVolume,
} from '@nbd/driver-object-store';
import { expect, test, vi } from 'vitest';
import { BUCKET, MemoryBucket } from './memory-bucket.ts';
import { type Program, start, WORKERS } from './program.ts';
import { textOf, urlOf, valueOf } from './program-metrics.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CHUNK = 64 * 1024;
const SIZE = 16 * CHUNK;
const NO_ERROR = Buffer.alloc(4);
const PATIENCE_MILLIS = 10_000;
const KINDS = ['get', 'put', 'swap', 'delete', 'list'] as const;

/** Requests by kind. */
type Counts = Readonly<Record<RequestKind, number>>;

function serve({ env }: MemoryBucket, ...args: readonly string[]): Program {
  return start(['--listen', 'nbd://127.0.0.1:0', '--metrics', '0', ...args], { env });
}

async function metricsOf(program: Program): Promise<string> {
  return textOf(`${await urlOf(program)}metrics`);
}

/** What the program has counted of its export `v`. */
function countedIn(text: string): Counts {
  const requests = KINDS.map((kind) => {
    const labels = `{export="v",kind="${kind}"}`;
    return [kind, valueOf(text, `nbd_volume_requests_total${labels}`)];
  });
  return Object.fromEntries(requests) as Counts;
}

/** What the bucket was asked, behind its first `from` calls, but for what finds out how it spells an ETag. */
function askedOf({ store }: MemoryBucket, from: number): Counts {
  const counts = { get: 0, put: 0, swap: 0, delete: 0, list: 0 };
  for (const { kind, key, isConditional } of store.calls.slice(from)) {
    if (key.startsWith('.probe/etag-form-')) continue;
    if (kind === 'deleteMany') counts.delete += 1;
    else if (kind === 'put' && isConditional) counts.swap += 1;
    else counts[kind] += 1;
  }
  return counts;
}

/** The metrics once they are even with the bucket, which is asked by timers too. */
async function settled(program: Program, bucket: MemoryBucket, from: number): Promise<string> {
  let text = '';
  const compare = async (): Promise<void> => {
    text = await metricsOf(program);
    expect(countedIn(text)).toEqual(askedOf(bucket, from));
  };
  await vi.waitFor(compare, { timeout: PATIENCE_MILLIS });
  return text;
}

/** A volume whose first chunk is sevens, and a snapshot of it. */
async function makeSnapshot({ store }: MemoryBucket): Promise<void> {
  await createVolume(store, { volume: 'v', size: SIZE, chunkBytes: CHUNK });
  const disk = await openVolume(store, { volume: 'v' });
  await disk.write?.(new Uint8Array(CHUNK).fill(7), 0, { fua: true });
  await disk.close?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
}

test('a volume that is written tells of memory, of commits and of what it asked its bucket', async () => {
  const bucket = await MemoryBucket.open();
  await createVolume(bucket.store, { volume: 'v', size: SIZE, chunkBytes: CHUNK });
  const from = bucket.store.calls.length;
  const program = serve(bucket, '--workers', '1', '--export', `v=s3://${BUCKET}/v`);
  const [uri = ''] = await program.listening();
  const client = await RawClient.connect(uri);
  await client.go('v');
  const before = await metricsOf(program);
  expect(valueOf(before, 'nbd_volume_dirty_bytes{export="v"}')).toBe(0);
  expect(valueOf(before, 'nbd_volume_commit_seconds_count{export="v"}')).toBe(0);

  client.askToWrite(0, new Uint8Array(2 * CHUNK).fill(7));
  await client.take(SIMPLE_REPLY_BYTES);
  const dirty = await metricsOf(program);
  expect(valueOf(dirty, 'nbd_volume_dirty_bytes{export="v"}')).toBe(2 * CHUNK);

  bucket.refuseNext({ method: 'PUT', status: 503, code: 'SlowDown' });
  client.askToFlush();
  expect((await client.take(SIMPLE_REPLY_BYTES)).subarray(4, 8)).toEqual(NO_ERROR);
  client.askToRead(0, 512);
  await client.take(SIMPLE_REPLY_BYTES + 512);

  const text = await settled(program, bucket, from);
  const counts = countedIn(text);
  expect(counts.put).toBeGreaterThanOrEqual(2);
  expect(valueOf(text, 'nbd_volume_dirty_bytes{export="v"}')).toBe(0);
  expect(valueOf(text, 'nbd_volume_commit_seconds_count{export="v"}')).toBe(1);
  expect(valueOf(text, 'nbd_volume_commit_seconds_sum{export="v"}')).toBeGreaterThan(0);
  expect(valueOf(text, 'nbd_volume_retries_total{export="v"}')).toBe(1);
  expect(valueOf(text, 'nbd_volume_bytes_total{export="v",kind="put"}')).toBe(2 * CHUNK);
  expect(valueOf(text, 'nbd_volume_cache_reads_total{export="v",result="hit"}')).toBe(1);
  const cost = valueOf(text, 'nbd_volume_cost_dollars_per_hour{export="v"}');
  expect(cost).toBeCloseTo(requestCost(counts, AMAZON_PRICES), 12);
  expect(cost).toBeGreaterThan(0);
  program.signal('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0 });
});

test.each(WORKERS)(
  'a snapshot tells of the requests of all its threads, and goes on when it is served otherwise; workers: %s',
  async (workers) => {
    const bucket = await MemoryBucket.open();
    await makeSnapshot(bucket);
    const from = bucket.store.calls.length;
    const config = join(temporaryFolder(), 'nbd.json');
    const describe = (filter: string): void => {
      writeFileSync(config, JSON.stringify({ exports: { v: `s3://${BUCKET}/v@s${filter}` } }));
    };
    describe('');
    const program = serve(bucket, '--workers', workers, '--config', config);
    const [uri = ''] = await program.listening();
    const once = countedIn(await settled(program, bucket, from));
    expect(once.get).toBeGreaterThan(0);

    const client = await RawClient.connect(uri);
    await client.go('v');
    for (let i = 0; i < 3; i++) {
      client.askToRead(0, 512);
      await client.take(SIMPLE_REPLY_BYTES + 512);
    }
    const read = await settled(program, bucket, from);
    expect(countedIn(read).get).toBe(once.get + 1);
    expect(valueOf(read, 'nbd_volume_bytes_total{export="v",kind="get"}')).toBeGreaterThan(CHUNK);
    expect(valueOf(read, 'nbd_volume_cache_reads_total{export="v",result="miss"}')).toBe(1);
    expect(valueOf(read, 'nbd_volume_cache_reads_total{export="v",result="hit"}')).toBe(2);

    describe(' | readonly');
    program.signal('SIGHUP');
    await program.says('exports: read anew');
    const again = countedIn(await settled(program, bucket, from));
    expect(again.get).toBe(2 * once.get + 1);
  },
);

test('a request that the bucket refuses for good has failed, and is no byte', async () => {
  const bucket = await MemoryBucket.open();
  await makeSnapshot(bucket);
  const program = serve(bucket, '--export', `v=s3://${BUCKET}/v@s`);
  const [uri = ''] = await program.listening();
  const client = await RawClient.connect(uri);
  await client.go('v');
  const bytes = 'nbd_volume_bytes_total{export="v",kind="get"}';
  const before = valueOf(await metricsOf(program), bytes);
  bucket.refuseNext({ method: 'GET', status: 403, code: 'AccessDenied' });
  client.askToRead(0, 512);
  expect((await client.take(SIMPLE_REPLY_BYTES)).subarray(4, 8)).not.toEqual(NO_ERROR);
  const text = await metricsOf(program);
  expect(valueOf(text, 'nbd_volume_requests_failed_total{export="v",kind="get"}')).toBe(1);
  expect(valueOf(text, bytes)).toBe(before);
});
