/** Our client and qemu-nbd. */
import { join } from 'node:path';
import { connect, info, list, listWithInfo, type Extent } from '@nbd/client';
import { expect, it } from 'vitest';
import { qemuNbd } from '../../src/foreign-server.ts';
import { runTool } from '../../src/run-tool.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { needTools } from '../../src/tools.ts';

needTools('qemu-nbd', 'qemu-img', 'qemu-io');

const MIB = 2 ** 20;

async function gather(extents: AsyncIterable<Extent>): Promise<Extent[]> {
  const all: Extent[] = [];
  for await (const extent of extents) all.push(extent);
  return all;
}

it('reads and writes a raw image, sparse replies and all (K-025, K-026)', async () => {
  const image = join(await scratchFolder(), 'disk.raw');
  await runTool('qemu-img', ['create', '-f', 'raw', image, '64M']);
  const server = await qemuNbd(image, ['-f', 'raw', '-x', 'disk', '-D', 'a raw disk']);
  const client = await connect(server.uri('disk'), { connections: 2 });
  expect(client.info).toMatchObject({
    name: 'disk',
    description: 'a raw disk',
    size: 64 * MIB,
    framing: 'structured',
    can: { cache: true, fastZero: true },
    blockSize: { minimum: 1, payloadMax: 32 * MIB },
  });
  await client.write(new Uint8Array(MIB).fill(9), 8 * MIB);
  await client.cache(0, 64 * MIB);
  await client.flush();
  const all = await client.read(0, 64 * MIB);
  expect(all.findIndex((byte) => byte !== 0)).toBe(8 * MIB);
  expect(all.subarray(8 * MIB, 9 * MIB).every((byte) => byte === 9)).toBe(true);
  expect(all.subarray(9 * MIB).every((byte) => byte === 0)).toBe(true);
  await expect(
    client.zero(0, 16 * MIB, { fast: true }).then(() => client.read(8 * MIB, 1)),
  ).resolves.toEqual(new Uint8Array(1));
  await client.close();
});

it('walks a dirty bitmap beside the allocation (K-029, K-030)', async () => {
  const image = join(await scratchFolder(), 'disk.qcow2');
  await runTool('qemu-img', ['create', '-f', 'qcow2', image, '32M']);
  await runTool('qemu-io', ['-c', 'write -P 1 0 1M', image]);
  await runTool('qemu-img', ['bitmap', '--add', image, 'since']);
  await runTool('qemu-io', ['-c', 'write -P 2 4M 2M', image]);
  const server = await qemuNbd(image, ['-f', 'qcow2', '-B', 'since', '-r', '-A']);
  const dirty = 'qemu:dirty-bitmap:since';
  expect((await info(server.uri())).contexts).toEqual(
    expect.arrayContaining(['base:allocation', dirty, 'qemu:allocation-depth']),
  );
  const client = await connect(server.uri(), {
    contexts: ['base:allocation', dirty, 'qemu:dirty-bitmap:absent'],
  });
  expect(client.info.contexts.toSorted()).toEqual(['base:allocation', dirty]);
  expect(await gather(client.extents({ context: dirty }))).toEqual([
    { offset: 0, length: 4 * MIB, flags: 0 },
    { offset: 4 * MIB, length: 2 * MIB, flags: 1 },
    { offset: 6 * MIB, length: 26 * MIB, flags: 0 },
  ]);
  const allocated = await gather(client.extents({ offset: MIB / 2, length: 4 * MIB }));
  expect(allocated.map(({ offset, length, hole }) => [offset / MIB, length / MIB, hole])).toEqual([
    [0.5, 0.5, false],
    [1, 3, true],
    [4, 0.5, false],
  ]);
  await expect(client.write(new Uint8Array(512), 0)).rejects.toMatchObject({ code: 'EPERM' });
  await expect(
    gather(client.extents({ context: 'qemu:dirty-bitmap:absent' })),
  ).rejects.toMatchObject({ code: 'ENOTSUP' });
  await client.close();
});

it('lists and describes what is there, and is told what is not (K-012)', async () => {
  const image = join(await scratchFolder(), 'disk.raw');
  await runTool('qemu-img', ['create', '-f', 'raw', image, '1M']);
  const server = await qemuNbd(image, ['-f', 'raw', '-x', 'disk', '-D', 'for people']);
  expect(await list(server.uri())).toEqual([{ name: 'disk', description: 'for people' }]);
  expect(await listWithInfo(server.uri())).toMatchObject([{ name: 'disk', info: { size: MIB } }]);
  await expect(connect(server.uri('other'))).rejects.toMatchObject({
    code: 'ERR_UNKNOWN',
    message: expect.stringContaining('other'),
  });
  await expect(info(server.uri('other'))).rejects.toMatchObject({ code: 'ERR_UNKNOWN' });
});
