/** `nbd map` beside what nbdinfo and qemu-img make of the same disks. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noise, sparseFile } from '../../src/disk-files.ts';
import { nbdkit, qemuNbd } from '../../src/foreign-server.ts';
import { runNbd } from '../../src/nbd-program.ts';
import { runTool } from '../../src/run-tool.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { serveDisk } from '../../src/served-disk.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbdinfo', 'nbdkit', 'qemu-img', 'qemu-io', 'qemu-nbd');

const MIB = 2 ** 20;

/** A row of `nbdinfo --map --json`, which are the rows of `nbd map --json`, too. */
interface Row {
  readonly offset: number;
  readonly length: number;
  readonly type: number;
  readonly description: string;
}

async function nbdMap(uri: string, context: string): Promise<readonly Row[]> {
  return JSON.parse(await runNbd('map', '--json', '--context', context, uri)) as Row[];
}

async function nbdinfoMap(uri: string, context: string): Promise<readonly Row[]> {
  return JSON.parse(await runTool('nbdinfo', [`--map=${context}`, '--json', uri])) as Row[];
}

/** An image with a bitmap that is dirty in two places, one of them not a multiple of its grain. */
async function dirtyImage(): Promise<string> {
  const image = join(await scratchFolder(), 'disk.qcow2');
  await runTool('qemu-img', ['create', '-f', 'qcow2', image, '32M']);
  await runTool('qemu-io', ['-c', 'write -P 1 0 1M', image]);
  await runTool('qemu-img', ['bitmap', '--add', '-g', '64K', image, 'since']);
  await runTool('qemu-io', ['-c', 'write -P 2 4M 2M', '-c', 'write -P 3 10000000 1000', image]);
  return image;
}

it('a dirty bitmap of qemu is what was written, and what nbdinfo and qemu-img say (K-029)', async () => {
  const server = await qemuNbd(await dirtyImage(), ['-f', 'qcow2', '-B', 'since', '-r']);
  const context = 'qemu:dirty-bitmap:since';
  const map = await nbdMap(server.uri(), context);

  const grain = 64 * 1024;
  const last = Math.floor(10_000_000 / grain) * grain;
  expect(map.filter(({ type }) => type === 1)).toEqual([
    { offset: 4 * MIB, length: 2 * MIB, type: 1, description: 'dirty' },
    { offset: last, length: grain, type: 1, description: 'dirty' },
  ]);
  expect(map).toEqual(await nbdinfoMap(server.uri(), context));

  // qemu-img has no word for bitmaps: it shows clean as data, and dirty as not.
  const options = `driver=nbd,server.type=unix,server.path=${server.socket},x-dirty-bitmap=${context}`;
  const found = await runTool('qemu-img', ['map', '--output=json', '--image-opts', options]);
  const ranges = (JSON.parse(found) as { start: number; length: number; data: boolean }[]).map(
    ({ start, length, data }) => ({ offset: start, length, type: data ? 0 : 1 }),
  );
  expect(map.map(({ offset, length, type }) => ({ offset, length, type }))).toEqual(ranges);
});

it('the allocation of an image in qemu is what nbdinfo says', async () => {
  const server = await qemuNbd(await dirtyImage(), ['-f', 'qcow2', '-A', '-r']);
  for (const context of ['base:allocation', 'qemu:allocation-depth']) {
    expect(await nbdMap(server.uri(), context)).toEqual(await nbdinfoMap(server.uri(), context));
  }
});

it('a sparse file in nbdkit and in our server is what nbdinfo says', async () => {
  const path = join(await scratchFolder(), 'disk.img');
  await sparseFile(path, 64 * MIB);
  const file = await open(path, 'r+');
  for (const at of [0, 5 * MIB, 63 * MIB]) await file.write(noise(MIB), 0, MIB, at);
  await file.close();
  const theirs = await nbdkit(['file', path], ['-r']);
  const ours = await serveDisk({ exports: { disk: `file:${path}` } });
  for (const uri of [theirs.uri(), ours.uri('unix', 'disk')]) {
    const map = await nbdMap(uri, 'base:allocation');
    expect(map.map(({ description }) => description)).toEqual([
      'data',
      'hole,zero',
      'data',
      'hole,zero',
      'data',
    ]);
    expect(map).toEqual(await nbdinfoMap(uri, 'base:allocation'));
  }
  expect(await runNbd('map', '--totals', '--json', theirs.uri())).toContain(
    `{"size":${3 * MIB},"percent":${(300 / 64).toString()},"extents":3,"type":0,"description":"data"}`,
  );
});
