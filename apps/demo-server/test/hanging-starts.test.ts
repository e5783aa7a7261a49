/** Starts in which a disk does not open: what is open by then is closed, and volumes are free for the next server. */
import { createVolume, volumeInfo } from '@nbd/driver-object-store';
import { describe, expect, test, vi } from 'vitest';
import { BUCKET, MemoryBucket } from './memory-bucket.ts';
import { type Program, start, WORKERS } from './program.ts';

const PATIENCE = { timeout: 20_000 };

/** A bucket with the volumes `open` and `late`. */
async function bucketOfTwo(): Promise<MemoryBucket> {
  const bucket = await MemoryBucket.open();
  for (const volume of ['open', 'late']) {
    await createVolume(bucket.store, { volume, size: 2 ** 20 });
  }
  return bucket;
}

function serve({ env }: MemoryBucket, ...args: readonly string[]): Program {
  const exports = ['open', 'late'].map((volume) => `--export=${volume}=s3://${BUCKET}/${volume}`);
  return start(['--workers', '1', '--listen=nbd://127.0.0.1:0', ...exports, ...args], { env });
}

/** Whether a server has taken the volume, and not given it back. */
async function isTaken({ store }: MemoryBucket, volume: string): Promise<boolean> {
  return (await volumeInfo(store, volume)).owner !== undefined;
}

/** Once the volume `open` is a server's. */
async function opened(bucket: MemoryBucket): Promise<void> {
  await vi.waitFor(async () => expect(await isTaken(bucket, 'open')).toBe(true), PATIENCE);
}

test('a signal closes what is open, and waits for the rest until the deadline: 1, and one line', async () => {
  const bucket = await bucketOfTwo();
  const late = bucket.hold('late/');
  const program = serve(bucket, '--shutdown-timeout=1', '--log-level=warn');
  await late.asked;
  await opened(bucket);
  program.signal('SIGTERM');
  expect(await program.ended).toEqual({
    code: 1,
    stdout: '',
    stderr: 'nbd-demo-server: not all disks were open after 1 seconds of waiting\n',
  });
  expect(await isTaken(bucket, 'open')).toBe(false);
});

test('a volume is closed while another does not open, and that one if it does in time: 0', async () => {
  const bucket = await bucketOfTwo();
  const late = bucket.hold('late/');
  const program = serve(bucket);
  await late.asked;
  await opened(bucket);
  program.signal('SIGTERM');
  await vi.waitFor(async () => expect(await isTaken(bucket, 'open')).toBe(false), PATIENCE);
  late.release();
  expect(await program.ended).toMatchObject({ code: 0, stdout: '' });
  expect(await isTaken(bucket, 'late')).toBe(false);
});

test('a failure beside a disk that does not open is told at once; then what is open is closed', async () => {
  const bucket = await bucketOfTwo();
  const late = bucket.hold('late/');
  const absent = bucket.hold('absent/');
  const program = serve(bucket, `--export=absent=s3://${BUCKET}/absent`, '--log-level=warn');
  await Promise.all([late.asked, absent.asked]);
  await opened(bucket);
  absent.release();
  const line = 'nbd-demo-server: export "absent" cannot be opened: ';
  await program.says(line);
  late.release();
  const { code, stdout, stderr } = await program.ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(new RegExp(`^${line}[^\n]+\n$`));
  for (const volume of ['open', 'late']) expect(await isTaken(bucket, volume)).toBe(false);
});

test('certificates that cannot be used leave no volume behind', async () => {
  const bucket = await bucketOfTwo();
  const program = serve(bucket, '--tls-psk=/dev/null', '--log-level=warn');
  expect(await program.ended).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^nbd-demo-server: [^\n]+\n$/),
  });
  for (const volume of ['open', 'late']) expect(await isTaken(bucket, volume)).toBe(false);
});

describe.each(WORKERS)('workers: %s', (workers) => {
  test('a failure ends the program, whatever else does not open: 1, and one line', async () => {
    const bucket = await MemoryBucket.open();
    const hung = bucket.hold('hung/');
    const absent = bucket.hold('absent/');
    const exports = ['hung', 'absent'].map((name) => `--export=${name}=s3://${BUCKET}/${name}@s`);
    const settings = ['--listen=nbd://127.0.0.1:0', '--shutdown-timeout=0.2', '--log-level=warn'];
    const program = start(['--workers', workers, ...settings, ...exports], { env: bucket.env });
    await Promise.all([hung.asked, absent.asked]);
    absent.release();
    expect(await program.ended).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^nbd-demo-server: export "absent" cannot be opened: [^\n]+\n$/,
      ),
    });
  });

  test('so does one beside a disk that does not close', async () => {
    const exports = ['--export=stuck=memory:1M | fault:flush,hang', '--export=absent=file:absent'];
    const settings = ['--listen=nbd://127.0.0.1:0', '--shutdown-timeout=0.2', '--log-level=warn'];
    const program = start(['--workers', workers, ...settings, ...exports]);
    expect(await program.ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'nbd-demo-server: export "absent" cannot be opened: absent: there is no such file\n',
    });
  });
});
