import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filter } from '@nbd/driver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runHere } from './run-here.ts';
import { noise, serveHere, temporaryFolder, watchedDisk } from './served.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A disk of 16 MiB with data in a few places, in pages of 64 KiB, which are the grain of its map. */
function sparseDisk(pages: readonly number[]) {
  const disk = watchedDisk(16 * MIB);
  for (const page of pages) {
    void disk.driver.write?.(noise(64 * KIB, page + 1), page * 64 * KIB, { fua: false });
  }
  Object.assign(disk.touched, { written: 0 });
  return disk;
}

test('holes are neither read nor written, and the copy is the same (K-032)', async () => {
  const pages = [0, 3, 100, 255];
  const [source, target] = [sparseDisk(pages), watchedDisk(16 * MIB, noise(16 * MIB))];
  Object.assign(target.touched, { written: 0 });
  const uri = await serveHere({ source: source.driver, target: target.driver });

  const { code, stdout, stderr } = await runHere(['copy', '--json', uri('source'), uri('target')]);

  expect([code, stderr]).toEqual([0, '']);
  const [data, zeroes] = [pages.length * 64 * KIB, 16 * MIB - pages.length * 64 * KIB];
  expect(JSON.parse(stdout)).toMatchObject({
    size: 16 * MIB,
    read: data,
    written: data,
    zeroed: zeroes,
    skipped: 0,
  });
  expect(source.touched).toMatchObject({ read: data, written: 0 });
  expect(target.touched).toMatchObject({ read: 0, written: data, zeroed: zeroes, flushes: 1 });
  expect(Buffer.compare(target.contents(), source.contents())).toBe(0);
});

test('with --destination-is-zero, zeroes cost nothing', async () => {
  const [source, target] = [sparseDisk([1]), watchedDisk(16 * MIB)];
  const uri = await serveHere({ source: source.driver, target: target.driver });

  const args = ['copy', '--destination-is-zero', '--no-flush', uri('source'), uri('target')];
  expect((await runHere(args)).code).toBe(0);

  expect(target.touched).toMatchObject({ written: 64 * KIB, zeroed: 0, flushes: 0 });
  expect(Buffer.compare(target.contents(), source.contents())).toBe(0);
});

test('zeroes that nobody has told of are found in the data, unless --sparse 0', async () => {
  const bytes = noise(64 * KIB).fill(0, 4 * KIB, 12 * KIB);
  const source = watchedDisk(64 * KIB, bytes);
  const [a, b] = [watchedDisk(64 * KIB), watchedDisk(64 * KIB)];
  const uri = await serveHere({ source: source.driver, a: a.driver, b: b.driver });

  await runHere(['copy', uri('source'), uri('a')]);
  await runHere(['copy', '--sparse', '0', uri('source'), uri('b')]);

  expect(a.touched).toMatchObject({ written: 56 * KIB, zeroed: 8 * KIB });
  expect(b.touched).toMatchObject({ written: 64 * KIB, zeroed: 0 });
  expect([a.contents(), b.contents()].map((copy) => Buffer.compare(copy, bytes))).toEqual([0, 0]);
});

test('--allocated zeroes keep their space', async () => {
  const noHole: boolean[] = [];
  const target = watchedDisk(MIB, noise(MIB), (disk) => ({
    zero: (offset, length, options) => {
      noHole.push(!options.mayTrim);
      return disk.zero?.(offset, length, options);
    },
  }));
  const uri = await serveHere({ source: watchedDisk(MIB).driver, target: target.driver });

  await runHere(['copy', '--allocated', uri('source'), uri('target')]);
  await runHere(['copy', uri('source'), uri('target')]);
  expect(noHole).toEqual([true, false]);
});

test('any disk survives the way through a file, a stream and servers of any block size', async () => {
  const run = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('hole', 'zero', 'data'));
  const options = fc.record({
    requests: fc.integer({ min: 1, max: 9 }),
    'request-size': fc.integer({ min: 512, max: 70_000 }),
    sparse: fc.constantFrom(0, 512, 4096, 2 ** 17),
    connections: fc.integer({ min: 1, max: 3 }),
  });
  const folder = temporaryFolder();
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(run, { maxLength: 8 }), options, async (runs, chosen) => {
      count += 1;
      const size = runs.reduce((sum, [blocks]) => sum + blocks * 4096, 0);
      const source = watchedDisk(size);
      let at = 0;
      for (const [blocks, kind] of runs) {
        const bytes =
          kind === 'data' ? noise(blocks * 4096, at + 1) : new Uint8Array(blocks * 4096);
        if (kind !== 'hole') void source.driver.write?.(bytes, at, { fua: false });
        at += bytes.length;
      }
      const target = watchedDisk(size, noise(size));
      const coarse = filter(target.driver, {
        blockSize: { minimum: 4096, preferred: 4096, payloadMax: 65_536 },
      });
      const uri = await serveHere({ source: source.driver, target: coarse });
      const words = Object.entries(chosen).map(([name, value]) => `--${name}=${value}`);
      const file = join(folder, `${count}.img`);
      writeFileSync(file, 'to be replaced by the copy');

      expect(await runHere(['copy', ...words, uri('source'), file])).toMatchObject({ code: 0 });
      expect(await runHere(['copy', ...words, file, uri('target')])).toMatchObject({ code: 0 });
      const streamed = await runHere(['copy', ...words, uri('target'), '-']);

      const wanted = source.contents();
      expect(Buffer.compare(readFileSync(file), wanted)).toBe(0);
      expect(Buffer.compare(target.contents(), wanted)).toBe(0);
      expect(Buffer.compare(streamed.bytes, wanted)).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test('holes stay holes in a file, and are not read from it', async () => {
  const file = join(temporaryFolder(), 'disk.img');
  const [source, target] = [sparseDisk([7]), watchedDisk(16 * MIB)];
  const uri = await serveHere({ source: source.driver, target: target.driver });

  await runHere(['copy', uri('source'), file]);
  expect(statSync(file)).toMatchObject({ size: 16 * MIB, blocks: 128 });

  const { stdout } = await runHere(['copy', '--json', '--sparse', '0', file, uri('target')]);
  expect(JSON.parse(stdout)).toMatchObject({ read: 64 * KIB, written: 64 * KIB });
});

test('a server that cannot zero is sent zeroes', async () => {
  const target = watchedDisk(3 * MIB, noise(3 * MIB), () => ({ zero: undefined }));
  const uri = await serveHere({ source: watchedDisk(3 * MIB).driver, target: target.driver });
  expect((await runHere(['copy', uri('source'), uri('target')])).code).toBe(0);
  expect(Buffer.compare(target.contents(), new Uint8Array(3 * MIB))).toBe(0);
});

test('standard input is copied until it ends, in whatever chunks it comes', async () => {
  const bytes = noise(300_001).fill(0, 100_000, 200_000);
  const chunks = [1, 70_000, 200_000, 30_000].map((length, i, all) => {
    const start = all.slice(0, i).reduce((sum, part) => sum + part, 0);
    return bytes.subarray(start, start + length);
  });
  const file = join(temporaryFolder(), 'disk.img');
  const target = watchedDisk(MIB, noise(MIB));
  const uri = (await serveHere({ target: target.driver }))('target');

  const args = ['copy', '--request-size', '4096', '-'];
  expect(await runHere([...args, file], { stdin: chunks })).toMatchObject({ code: 0, stderr: '' });
  expect(await runHere([...args, uri], { stdin: chunks })).toMatchObject({ code: 0, stderr: '' });

  expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
  const expected = noise(MIB);
  expected.set(bytes);
  expect(Buffer.compare(target.contents(), expected)).toBe(0);
});

test('empty is copied, too', async () => {
  const file = join(temporaryFolder(), 'empty.img');
  const uri = (await serveHere({ empty: watchedDisk(0).driver }))('empty');
  expect(await runHere(['copy', uri, file])).toMatchObject({ code: 0, stderr: '' });
  expect(await runHere(['copy', file, uri])).toMatchObject({ code: 0, stderr: '' });
  expect(await runHere(['copy', '-', file])).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(file)).toHaveLength(0);
});

test('at a terminal there is a bar while it runs, and a summary after it', async () => {
  const uri = await serveHere({ a: sparseDisk([1]).driver, b: watchedDisk(16 * MIB).driver });
  const shown = await runHere(['copy', uri('a'), uri('b')], { columns: 80 });
  const [begun = '', ended = ''] = shown.stderr.split('\r\u001b[K');
  expect(begun).toMatch(/^\r {2}0% \[\.+\] {2}0 bytes of 16 MiB/);
  expect(ended).toMatch(/^16 MiB in \d+ s, \S+ [KMGT]iB\/s\n$/);
  const silent = await runHere(['copy', '--no-progress', uri('a'), uri('b')], { columns: 80 });
  expect(silent).toMatchObject({ code: 0, stdout: '', stderr: '' });
});
