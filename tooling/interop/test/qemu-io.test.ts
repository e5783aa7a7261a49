/** Every way in which QEMU changes a disk, and what it reads back. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allocatedBytes, freshSpec, sparseFile } from '../src/disk-files.ts';
import { tryTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

const DISK_BYTES = 64 * 2 ** 20;

needTools('qemu-io', 'qemu-img', 'nbdinfo');

/** What qemu-io says when a command has done its work. */
const WORK_DONE = /^(?:read|wrote|discard) \d+\/\d+ bytes at offset \d+$|^\S+ \S+, 1 ops; /;

/** Runs commands of qemu-io, and answers what it complains of: also patterns that it does not find. */
async function complaints(uri: string, commands: readonly string[]): Promise<readonly string[]> {
  const args = commands.flatMap((command) => ['-c', command]);
  const outcome = await tryTool('qemu-io', ['-f', 'raw', '-d', 'unmap', ...args, uri]);
  const lines = `${outcome.stdout}${outcome.stderr}`.split('\n');
  const unusual = lines.filter((line) => line !== '' && !WORK_DONE.test(line));
  return outcome.exitCode === 0 ? unusual : [`exit code ${outcome.exitCode}`, ...unusual];
}

const CASES = TRANSPORTS.flatMap((transport) =>
  (['memory', 'file'] as const).map((kind) => ({ transport, kind })),
);

describe.each(CASES)('a $kind disk over $transport', ({ transport, kind }) => {
  async function serveOne(): Promise<string> {
    const served = await serveDisk({ exports: { disk: await freshSpec(kind, DISK_BYTES) } });
    return served.uri(transport, 'disk');
  }

  it('keeps what is written with and without FUA, and lets qemu-io see what is not there', async () => {
    const uri = await serveOne();
    expect(
      await complaints(uri, [
        'write -P 0x11 0 64k',
        'write -f -P 0x22 64k 64k',
        'write -P 0x33 1000 24',
        'flush',
        'read -P 0x22 64k 64k',
        'read -P 0x33 1000 24',
        'read -P 0x11 1024 7168',
        `read -P 0 ${DISK_BYTES - 65_536} 64k`,
      ]),
    ).toEqual([]);
    expect(await complaints(uri, ['read -P 0x12 0 512'])).toEqual([
      'exit code 1',
      'Pattern verification failed at offset 0, 512 bytes',
    ]);
  });

  it('zeroes are zeroes: kept, trimmed, with FUA, and past the largest payload', async () => {
    const uri = await serveOne();
    expect(
      await complaints(uri, [
        'write -P 0x44 0 1M',
        'write -z 0 64k',
        'write -z -u 128k 64k',
        'write -z -f 256k 4k',
        'write -z -u 300001 77',
        'read -P 0 0 64k',
        'read -P 0x44 64k 64k',
        'read -P 0 128k 64k',
        'read -P 0x44 192k 64k',
        'read -P 0 256k 4k',
        'read -P 0x44 266240 33761',
        'read -P 0 300001 77',
        'read -P 0x44 300078 100',
        `write -z 0 ${DISK_BYTES}`,
        'read -P 0 0 1M',
      ]),
    ).toEqual([]);
  });

  it('a discard leaves its neighbours alone', async () => {
    const uri = await serveOne();
    expect(
      await complaints(uri, [
        'write -P 0x55 0 1M',
        'discard 256k 512k',
        'read -P 0x55 0 256k',
        'read -P 0x55 768k 256k',
        'write -P 0x66 300k 4k',
        'read -P 0x66 300k 4k',
        'flush',
      ]),
    ).toEqual([]);
  });

  it('many requests at once are all carried out', async () => {
    const uri = await serveOne();
    const writes = Array.from({ length: 64 }, (_, i) => `aio_write -P ${i + 1} ${i * 64}k 64k`);
    const reads = Array.from({ length: 64 }, (_, i) => `aio_read -P ${i + 1} ${i * 64}k 64k`);
    const commands = [...writes, 'aio_flush', ...reads, 'aio_flush'];
    expect(await complaints(uri, commands)).toEqual([]);
  });
});

it('a discard of a file that can be trimmed gives its blocks back', async ({ skip }) => {
  const file = join(await scratchFolder(), 'disk');
  await sparseFile(file, DISK_BYTES);
  const served = await serveDisk({ exports: { disk: `file:${file}` } });
  const uri = served.uri('unix', 'disk');
  const { exitCode } = await tryTool('nbdinfo', ['--can', 'trim', uri]);
  skip(exitCode === 2, 'this machine has no means to trim a file');
  expect(await complaints(uri, ['write -P 0x77 0 8M', 'flush'])).toEqual([]);
  expect(await allocatedBytes(file)).toBeGreaterThanOrEqual(8 * 2 ** 20);
  expect(await complaints(uri, ['discard 0 8M', 'flush', 'read -P 0 0 8M'])).toEqual([]);
  expect(await allocatedBytes(file)).toBe(0);
});
