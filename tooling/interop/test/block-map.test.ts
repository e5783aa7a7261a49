/** The holes of a file as real clients see them: in maps, in what they copy, and in structured replies. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileDriver } from '@nbd/driver-file';
import { serve } from '@nbd/server';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { allocatedBytes, hashOf, noise, sparseFile } from '../src/disk-files.ts';
import { type Line, mismatches } from '../src/libnbd.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

needTools('nbdinfo', 'nbdcopy', 'qemu-img', 'python3-libnbd');

const MIB = 2 ** 20;
const SIZE = 64 * MIB;
/** Where the file has data. */
const DATA: readonly (readonly [offset: number, length: number])[] = [
  [0, MIB],
  [5 * MIB, 64 * 1024],
  [20 * MIB, 3 * MIB],
  [SIZE - 4096, 4096],
];
const DATA_BYTES = DATA.reduce((sum, [, length]) => sum + length, 0);

let folder = '';
let image = '';

beforeEach(async () => {
  folder = await scratchFolder();
  image = join(folder, 'sparse.img');
  await sparseFile(image, SIZE);
  const file = await open(image, 'r+');
  const bytes = noise(4 * MIB);
  await Promise.all(DATA.map(([offset, length]) => file.write(bytes, 0, length, offset)));
  await file.sync();
  await file.close();
});

interface MapEntry {
  readonly offset: number;
  readonly length: number;
  /** 0: data. 3: a hole that reads as zeroes. */
  readonly type: number;
}

interface QemuMapEntry {
  readonly start: number;
  readonly length: number;
  readonly data: boolean;
  readonly zero: boolean;
}

/** The layout that the file was made with, as extents. */
function expectedMap(): MapEntry[] {
  const map: MapEntry[] = [];
  let at = 0;
  for (const [offset, length] of DATA) {
    if (offset > at) map.push({ offset: at, length: offset - at, type: 3 });
    map.push({ offset, length, type: 0 });
    at = offset + length;
  }
  return map;
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('C-162 C-252 C-258 nbdinfo maps the holes that the file has', async () => {
    const served = await serveDisk({ exports: { disk: `file:${image}` } });
    const uri = served.uri(transport, 'disk');
    const map = JSON.parse(await runTool('nbdinfo', ['--map', '--json', uri])) as MapEntry[];
    expect(map.map(({ offset, length, type }) => ({ offset, length, type }))).toEqual(
      expectedMap(),
    );
  });

  it('C-254 qemu-img, which asks for one extent at a time, maps what it maps of the file itself', async () => {
    const served = await serveDisk({ exports: { disk: `file:${image}` } });
    const asked = ['map', '--output=json', '-f', 'raw'];
    const [overNbd, ofFile] = await Promise.all(
      [served.uri(transport, 'disk'), image].map(async (source) => {
        const entries = JSON.parse(await runTool('qemu-img', [...asked, source]));
        return (entries as QemuMapEntry[]).map(({ start, length, data, zero }) => {
          return { start, length, data, zero };
        });
      }),
    );
    expect(overNbd).toEqual(ofFile);
  });

  it('C-140 C-152 nbdinfo finds structured replies and the context', async () => {
    const served = await serveDisk({ exports: { disk: `file:${image}` } });
    const told = JSON.parse(
      await runTool('nbdinfo', ['--json', served.uri(transport, 'disk')]),
    ) as { exports: Record<string, unknown>[]; structured: boolean };
    expect(told).toMatchObject({
      structured: true,
      exports: [{ 'export-size': SIZE, can_df: true, contexts: ['base:allocation'] }],
    });
  });
});

it('nbdcopy of a sparse image transfers the data and nothing else', async () => {
  const server = await serve({
    listen: 'nbd://127.0.0.1:0',
    exports: { disk: () => fileDriver({ path: image, readOnly: true }) },
  });
  onTestFinished(async () => {
    await server.close();
  });
  const copy = join(folder, 'copy.img');
  await runTool('nbdcopy', [String(server.uris[0]), copy]);

  const { bytesRead } = server.counters;
  expect(await hashOf(copy)).toBe(await hashOf(image));
  // nbdcopy reads whole blocks of its own size, so a little beside the data too.
  expect(bytesRead).toBeGreaterThanOrEqual(DATA_BYTES);
  expect(bytesRead).toBeLessThan(DATA_BYTES + 4 * 256 * 1024);
  expect(await allocatedBytes(copy)).toBeLessThan(DATA_BYTES + 4 * 256 * 1024);
});

const CONNECT: readonly Line[] = [
  ['h.add_meta_context("base:allocation")', 'done'],
  ['h.connect_uri(uri)', 'done'],
  ['h.get_structured_replies_negotiated()', true],
  ['h.can_meta_context("base:allocation")', true],
];

/** Notes each piece of a structured read: its offset, its length, and 1 for data, 2 for a hole, 3 for an error. */
const READ_PIECES = (length: number, offset: number, flags = '0') =>
  `(lambda seen: (h.pread_structured(${length}, ${offset}, ` +
  `lambda buf, at, kind, error: seen.append([at, len(buf), kind]), ${flags}), sorted(seen))[1])([])`;

it('C-203 C-204 C-205 a long READ over holes tells them as holes', async () => {
  const served = await serveDisk({ exports: { disk: `file:${image}` } });
  const found = await mismatches(served.uri('tcp', 'disk'), [
    ...CONNECT,
    [
      READ_PIECES(2 * MIB, 4 * MIB),
      [
        [4 * MIB, MIB, 2],
        [5 * MIB, 64 * 1024, 1],
        [5 * MIB + 64 * 1024, MIB - 64 * 1024, 2],
      ],
    ],
    [READ_PIECES(2 * MIB, 30 * MIB), [[30 * MIB, 2 * MIB, 2]]],
  ]);
  expect(found).toEqual([]);
});

it('C-208 C-209 with DF it is one piece of data', async () => {
  const served = await serveDisk({ exports: { disk: `file:${image}` } });
  const found = await mismatches(served.uri('tcp', 'disk'), [
    ...CONNECT,
    [READ_PIECES(2 * MIB, 4 * MIB, 'nbd.CMD_FLAG_DF'), [[4 * MIB, 2 * MIB, 1]]],
    [READ_PIECES(65_536, 0, 'nbd.CMD_FLAG_DF'), [[0, 65_536, 1]]],
  ]);
  expect(found).toEqual([]);
});

/** The extents that one BLOCK_STATUS is answered with: length and flags by turns. */
const STATUS = (length: number, offset: number, flags = '0') =>
  `(lambda seen: (h.block_status(${length}, ${offset}, ` +
  `lambda context, at, entries, error: seen.extend(entries), ${flags}), seen)[1])([])`;

it('C-253 C-254 BLOCK_STATUS answers the range, or with REQ_ONE its first extent', async () => {
  const served = await serveDisk({ exports: { disk: `file:${image}` } });
  const found = await mismatches(served.uri('tcp', 'disk'), [
    ...CONNECT,
    [STATUS(6 * MIB, 0), [MIB, 0, 4 * MIB, 3, 64 * 1024, 0, MIB - 64 * 1024, 3]],
    [STATUS(6 * MIB, 0, 'nbd.CMD_FLAG_REQ_ONE'), [MIB, 0]],
    [STATUS(512, 2 * MIB, 'nbd.CMD_FLAG_REQ_ONE'), [512, 3]],
  ]);
  expect(found).toEqual([]);
});

it('C-184 C-182 errors come with their number in structured replies, and the connection goes on', async () => {
  const served = await serveDisk({ exports: { disk: `file:${image}` }, args: ['--read-only'] });
  const found = await mismatches(served.uri('tcp', 'disk'), [
    ['h.set_strict_mode(0)', 'done'],
    ...CONNECT,
    ['h.pwrite(b"x" * 512, 0)', 'EPERM'],
    [`h.pread(512, ${SIZE})`, 'EINVAL'],
    [STATUS(512, SIZE), 'EINVAL'],
    ['len(h.pread(512, 0))', 512],
  ]);
  expect(found).toEqual([]);
});
