import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileDriver } from '@nbd/driver-file';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pattern, temporaryFiles } from './temporary-files.ts';

const files = temporaryFiles();

/** Runs `losetup`; `undefined` when that may not be done here. */
function losetup(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('losetup', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

const SIZE = 2 ** 20;
const image = files.create(pattern(SIZE));
const device = losetup('--find', '--show', image);

describe.skipIf(device === undefined)(
  'a block device (needs losetup and the right to use it)',
  () => {
    test('has the size and the sectors of the device, and is read, written and zeroed', async () => {
      onTestFinished(() => {
        losetup('--detach', device ?? '');
      });
      const driver = await fileDriver({ path: device ?? '' });
      expect(driver.size).toBe(SIZE);
      expect(driver.blockSize).toEqual({ minimum: 512, preferred: 4096, payloadMax: 0xffff_ffff });
      expect(driver.rotational).toBeTypeOf('boolean');
      expect(driver).not.toHaveProperty('resize');

      const target = new Uint8Array(SIZE);
      await driver.read(target, 0);
      expect(Buffer.compare(target, pattern(SIZE))).toBe(0);

      const expected = pattern(SIZE);
      await driver.write?.(new Uint8Array(4096).fill(0xaa), 8192, { fua: false });
      expected.fill(0xaa, 8192, 12_288);
      await driver.zero?.(65_536, 65_536, { fua: false, mayTrim: true, fast: false });
      expected.fill(0, 65_536, 131_072);
      await driver.zero?.(131_072 + 512, 512, { fua: false, mayTrim: false, fast: false });
      expected.fill(0, 131_584, 132_096);
      await driver.trim?.(SIZE - 4096, 4096, { fua: false });
      await driver.read(target, 0);
      expect(
        Buffer.compare(target.subarray(0, SIZE - 4096), expected.subarray(0, SIZE - 4096)),
      ).toBe(0);
      await driver.flush?.();
      await driver.close?.();
      expect(
        Buffer.compare(
          readFileSync(image).subarray(0, SIZE - 4096),
          expected.subarray(0, SIZE - 4096),
        ),
      ).toBe(0);
    });
  },
);
