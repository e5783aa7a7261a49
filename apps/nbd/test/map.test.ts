import { type DiskMap, filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { runHere } from './run-here.ts';
import { noise, serveHere, watchedDisk } from './served.ts';

const KIB = 1024;
const BITMAP = 'qemu:dirty-bitmap:backup';

/** 64 KiB of data in the second of 16 pages. */
async function sparseUri(): Promise<string> {
  const { driver } = watchedDisk(1024 * KIB);
  void driver.write?.(noise(64 * KIB), 64 * KIB, { fua: false });
  return (await serveHere({ disk: driver }))('disk');
}

async function mappedUri(...maps: readonly DiskMap[]): Promise<string> {
  return (await serveHere({ disk: filter(memoryDriver({ size: 1000 }), { maps }) }))('disk');
}

function* runs(...found: readonly (readonly [length: number, value: number])[]) {
  for (const [length, value] of found) yield { length, value };
}

test('map has one aligned row for each extent', async () => {
  expect(await runHere(['map', await sparseUri()])).toMatchObject({
    code: 0,
    stdout: '      0    65536  hole,zero\n  65536    65536  data\n 131072   917504  hole,zero\n',
    stderr: '',
  });
});

test('map --json has the fields that nbdinfo has', async () => {
  const { stdout } = await runHere(['map', '--json', await sparseUri()]);
  expect(JSON.parse(stdout)).toEqual([
    { offset: 0, length: 65_536, type: 3, description: 'hole,zero' },
    { offset: 65_536, length: 65_536, type: 0, description: 'data' },
    { offset: 131_072, length: 917_504, type: 3, description: 'hole,zero' },
  ]);
});

test('map --totals sums what is alike', async () => {
  const uri = await sparseUri();
  const shown = await runHere(['map', '--totals', uri]);
  expect(shown.stdout).toBe(
    ' 65536   6.3 %   1 extent  data\n983040  93.8 %  2 extents  hole,zero\n',
  );
  const { stdout } = await runHere(['map', '--totals', '--json', uri]);
  expect(JSON.parse(stdout)).toEqual([
    { size: 65_536, percent: 6.25, extents: 1, type: 0, description: 'data' },
    { size: 983_040, percent: 93.75, extents: 2, type: 3, description: 'hole,zero' },
  ]);
});

test('a dirty bitmap is shown in its own words', async () => {
  const uri = await mappedUri({ name: BITMAP, runs: () => runs([400, 0], [600, 1]) });
  const { stdout } = await runHere(['map', '--context', BITMAP, uri]);
  expect(stdout).toBe('   0   400  clean\n 400   600  dirty\n');
});

test('a value that no number can hold exactly is exact in JSON', async () => {
  const value = Number.MAX_SAFE_INTEGER;
  const uri = await mappedUri({
    name: 'x-heat:reads',
    wide: true,
    runs: () => runs([1000, value]),
  });
  const { stdout } = await runHere(['map', '--json', '--context', 'x-heat:reads', uri]);
  expect(stdout).toContain(`"type":${value},"description":"${value}"`);
});

test('a map without end is shown as it comes', async () => {
  const uri = (await serveHere({ disk: memoryDriver({ size: 2 ** 53 - 1 }) }))('disk');
  expect((await runHere(['map', uri])).stdout).toBe(
    '               0  9007199254740991  hole,zero\n',
  );
});

test('an empty export has an empty map', async () => {
  const uri = (await serveHere({ disk: memoryDriver({ size: 0 }) }))('disk');
  expect((await runHere(['map', uri])).stdout).toBe('');
  expect(JSON.parse((await runHere(['map', '--json', uri])).stdout)).toEqual([]);
  expect((await runHere(['map', '--totals', uri])).stdout).toBe('');
});

test('a context that is not there exits with 1 and names those that are (K-030)', async () => {
  const uri = await mappedUri({ name: BITMAP, runs: () => runs([1000, 0]) });
  expect(await runHere(['map', '--context', 'qemu:dirty-bitmap:none', uri])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `nbd: the export has no context qemu:dirty-bitmap:none; it has: base:allocation, ${BITMAP}\n`,
  });
});
