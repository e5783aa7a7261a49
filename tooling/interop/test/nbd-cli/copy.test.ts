/** `nbd copy` between servers of others and ours, beside nbdcopy. */
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allocatedBytes, hashOf, noise, noiseFile, sparseFile } from '../../src/disk-files.ts';
import { nbdkit, qemuNbd } from '../../src/foreign-server.ts';
import { runNbd } from '../../src/nbd-program.ts';
import { runTool } from '../../src/run-tool.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../../src/served-disk.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbdcopy', 'nbdkit', 'qemu-img', 'qemu-nbd');

const MIB = 2 ** 20;

/** 64 MiB, a part of which is data, with runs of zeroes in it. */
async function sparseImage(folder: string): Promise<string> {
  const path = join(folder, 'source.img');
  await sparseFile(path, 64 * MIB);
  const file = await open(path, 'r+');
  for (const at of [MIB, 9 * MIB, 10 * MIB, 40 * MIB]) {
    await file.write(noise(MIB).fill(0, 1000, 20_000), 0, MIB, at);
  }
  await file.write(noise(777), 0, 777, 64 * MIB - 777);
  await file.close();
  return path;
}

it.each(TRANSPORTS)(
  'nbdkit to our server and back, over %s, is what nbdcopy copies',
  async (transport) => {
    const folder = await scratchFolder();
    const source = await sparseImage(folder);
    const theirs = await nbdkit(['file', source], ['-r']);
    const ours = await serveDisk({ exports: { disk: 'memory:64M', other: 'memory:64M' } });
    const [disk, other] = [ours.uri(transport, 'disk'), ours.uri(transport, 'other')];

    await runNbd('copy', theirs.uri(), disk);
    await runNbd('copy', disk, join(folder, 'ours.img'));
    await runTool('nbdcopy', [theirs.uri(), other]);
    await runTool('nbdcopy', [other, join(folder, 'theirs.img')]);

    const hashes = await Promise.all(
      ['source.img', 'ours.img', 'theirs.img'].map((name) => hashOf(join(folder, name))),
    );
    expect(new Set(hashes).size).toBe(1);
    expect(await allocatedBytes(join(folder, 'ours.img'))).toBeLessThan(6 * MIB);
  },
);

it('what lies behind the copy in a larger disk stays, and blocks are kept to', async () => {
  const folder = await scratchFolder();
  const [source, target] = [join(folder, 'source.img'), join(folder, 'target.img')];
  await noiseFile(source, 8 * MIB);
  await writeFile(target, new Uint8Array(9 * MIB).fill(0xff));
  const theirs = await nbdkit(
    ['file', target, 'blocksize-minimum=4096', 'blocksize-error-policy=error'],
    ['--filter=blocksize-policy'],
  );
  const ours = await serveDisk({ exports: { disk: `file:${source}` } });

  await runNbd('copy', '--request-size', '5000', ours.uri('unix'), theirs.uri());
  await runNbd('copy', '--connections', '1', theirs.uri(), join(folder, 'back.img'));

  const expected = Buffer.concat([noise(8 * MIB), new Uint8Array(MIB).fill(0xff)]);
  expect(expected.equals(await readFile(target))).toBe(true);
  expect(expected.equals(await readFile(join(folder, 'back.img')))).toBe(true);
});

it('into an image of qemu, in which holes stay holes', async () => {
  const folder = await scratchFolder();
  const source = await sparseImage(folder);
  const image = join(folder, 'disk.qcow2');
  await runTool('qemu-img', ['create', '-f', 'qcow2', image, '64M']);
  const server = await qemuNbd(image, ['-f', 'qcow2', '--discard=unmap', '--detect-zeroes=off']);
  await runNbd('copy', source, server.uri());
  await server.kill('SIGTERM');
  await runTool('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', source, image]);
  expect((await stat(image)).size).toBeLessThan(8 * MIB);
});

it.each(['pread', 'pwrite', 'zero'])(
  'a %s that nbdkit fails is a failure of the copy (K-032)',
  async (command) => {
    const folder = await scratchFolder();
    const [disk, other] = [join(folder, 'disk.img'), join(folder, 'other.img')];
    await sparseFile(disk, 64 * MIB);
    const theirs = await nbdkit(
      ['file', disk, 'error=ENOSPC', `error-${command}-rate=100%`],
      ['--filter=error', '--filter=noextents'],
    );
    if (command === 'zero') await sparseFile(other, 64 * MIB);
    else await noiseFile(other, MIB);
    const ends = command === 'pread' ? [theirs.uri(), other] : [other, theirs.uri()];
    await expect(runNbd('copy', ...ends)).rejects.toThrow(/: ended with 1\nnbd: nbd\+unix:.*\n$/);
  },
);
