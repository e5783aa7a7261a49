/** Our client and nbd-server, which speaks simple replies only. */
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, list } from '@nbd/client';
import { expect, it, onTestFinished } from 'vitest';
import { runTool } from '../../src/run-tool.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbd-server');

const MIB = 2 ** 20;

/** Starts one with the exports "disk" and "fixed" for the length of a test; answers the URI of an export. */
async function nbdServer(): Promise<(exportName: string) => string> {
  const folder = await scratchFolder();
  const [socket, image, configuration, pidFile] = ['nbd.sock', 'disk.raw', 'config', 'pid'].map(
    (name) => join(folder, name),
  ) as [string, string, string, string];
  await writeFile(image, '');
  await truncate(image, MIB);
  const sections = [
    `[generic]\nunixsock = ${socket}\nallowlist = true`,
    `[disk]\nexportname = ${image}\nflush = true\nfua = true\ntrim = true`,
    `[fixed]\nexportname = ${image}\nreadonly = true`,
  ];
  await writeFile(configuration, `${sections.join('\n')}\n`);
  // It ends once its daemon runs, which says who it is.
  await runTool('nbd-server', ['-C', configuration, '-p', pidFile]);
  await expect
    .poll(() => readFile(pidFile, 'utf8').catch(() => ''), { timeout: 10_000 })
    .toMatch(/\d/);
  const pid = Number(await readFile(pidFile, 'utf8'));
  onTestFinished(() => void process.kill(pid));
  const uri = (exportName: string): string => `nbd+unix:///${exportName}?socket=${socket}`;
  await expect
    .poll(
      () =>
        list(uri('')).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  return uri;
}

it('is entered with simple replies, by GO, and has no extents (K-009, K-012, K-030)', async () => {
  const uri = await nbdServer();
  expect(await list(uri(''))).toEqual([{ name: 'disk' }, { name: 'fixed' }]);
  const client = await connect(uri('disk'), { connections: 2 });
  expect(client.info).toMatchObject({
    size: MIB,
    framing: 'simple',
    contexts: [],
    blockSize: { minimum: 1, payloadMax: 32 * MIB },
    can: { flush: true, fua: true, trim: true },
  });
  await expect(client.extents().next()).rejects.toMatchObject({ code: 'ENOTSUP' });
  await client.close();
});

it('reads what was written, side by side (K-020, K-021)', async () => {
  const uri = await nbdServer();
  const client = await connect(uri('disk'));
  const blocks = Array.from({ length: 64 }, (_, i) => new Uint8Array(4096).fill(i));
  await Promise.all(blocks.map((block, i) => client.write(block, i * 4096)));
  await client.flush();
  const read = await Promise.all(blocks.map((_, i) => client.read(i * 4096, 4096)));
  expect(read).toEqual(blocks);
  await client.close();
});

it('an export that is not there is an error, and one that is read-only is not written (K-012, K-019)', async () => {
  const uri = await nbdServer();
  await expect(connect(uri('absent'))).rejects.toMatchObject({ code: 'ERR_UNKNOWN' });
  const client = await connect(uri('fixed'));
  await expect(client.write(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EPERM' });
  await client.close();
});
