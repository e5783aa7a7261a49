/** The client in the Linux kernel, where there is one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashOf, noiseFile } from '../src/disk-files.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools, skipAll } from '../src/tools.ts';

const DEVICE = '/dev/nbd0';

needTools('nbd-client', 'qemu-img');
// A sound machine may have a kernel without it, in CI too.
if (!existsSync(DEVICE)) skipAll(`the kernel of this machine has no ${DEVICE}`);

it.each(TRANSPORTS)('the kernel reads a disk over %s as it is', async (transport) => {
  const folder = await scratchFolder();
  const [file, copy] = [join(folder, 'disk'), join(folder, 'copy')];
  await noiseFile(file, 8 * 2 ** 20);
  const served = await serveDisk({ exports: { disk: `file:${file}` } });
  const address = served.address(transport);
  const where = 'path' in address ? ['-unix', address.path] : [address.host, String(address.port)];
  await runTool('nbd-client', [...where, DEVICE, '-N', 'disk']);
  try {
    await runTool('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', DEVICE, copy]);
  } finally {
    await runTool('nbd-client', ['-d', DEVICE]);
  }
  expect(await hashOf(copy)).toBe(await hashOf(file));
});
