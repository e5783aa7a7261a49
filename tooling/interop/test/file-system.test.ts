/** An ext4 file system goes out and in through the server without a byte being changed. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashOf, noise, sparseFile } from '../src/disk-files.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

const IMAGE_BYTES = 200 * 2 ** 20;

needTools('mkfs.ext4', 'e2fsck', 'debugfs', 'nbdcopy', 'qemu-img');

let folder = '';
let image = '';

beforeEach(async () => {
  folder = await scratchFolder();
  image = join(folder, 'ext4.img');
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'deep', 'er'), { recursive: true });
  await writeFile(join(tree, 'motd'), 'an export is a disk\n');
  await writeFile(join(tree, 'empty'), '');
  await writeFile(join(tree, 'deep', 'er', 'noise'), noise(5_000_001));
  await symlink('deep/er/noise', join(tree, 'link'));
  await sparseFile(image, IMAGE_BYTES);
  await runTool('mkfs.ext4', ['-q', '-F', '-d', tree, image]);
});

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('nbdcopy reads an image that is the same, clean, and holds the same files', async () => {
    const served = await serveDisk({ exports: { disk: `file:${image}` } });
    const copy = join(folder, 'copy.img');
    await runTool('nbdcopy', [served.uri(transport, 'disk'), copy]);

    expect(await hashOf(copy)).toBe(await hashOf(image));
    await runTool('e2fsck', ['-fn', copy]);
    const extracted = join(folder, 'extracted');
    await runTool('debugfs', ['-R', `dump /deep/er/noise ${extracted}`, copy]);
    expect(await hashOf(extracted)).toBe(await hashOf(join(folder, 'tree', 'deep', 'er', 'noise')));
  });

  it('qemu-img writes an image that it then finds to be the same', async () => {
    const target = join(folder, 'target.img');
    await sparseFile(target, IMAGE_BYTES);
    const served = await serveDisk({ exports: { disk: `file:${target}` } });
    const uri = served.uri(transport, 'disk');
    await runTool('qemu-img', ['convert', '-n', '-f', 'raw', '-O', 'raw', image, uri]);

    await runTool('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', image, uri]);
    await runTool('e2fsck', ['-fn', target]);
    expect(await hashOf(target)).toBe(await hashOf(image));
  });

  it('nbdcopy writes an image from a pipe of requests on several connections', async () => {
    const target = join(folder, 'target.img');
    await sparseFile(target, IMAGE_BYTES);
    const served = await serveDisk({ exports: { disk: `file:${target}` } });
    const uri = served.uri(transport, 'disk');
    await runTool('nbdcopy', ['--connections=4', '--requests=16', '--flush', image, uri]);

    expect(await hashOf(target)).toBe(await hashOf(image));
  });
});
