import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { openDisk } from './open-disk.ts';
import { type DiskDriverSpec, parseSpec, type Spec } from '../settings/spec.ts';

const silent = (): void => undefined;
const OPTIONS = {
  readOnly: false,
  notice: silent,
  events: { commitFailed: silent, deposed: silent },
};

function diskSpec(text: string): Spec<DiskDriverSpec> {
  const { driver, ...rest } = parseSpec(text);
  if (driver.kind === 'dir') throw new Error(`expected a disk, found ${text}`);
  return { driver, ...rest };
}

afterEach(() => {
  vi.useRealTimers();
});

test('the faults of a SPEC fall on its disk', async () => {
  const spec = diskSpec('memory:64K | fault:write,nth=2,error=ENOSPC | fault:flush,lose');
  const disk = await openDisk(spec, OPTIONS);
  const write = async (): Promise<void> => disk.write?.(Uint8Array.of(7), 0, { fua: false });

  await write();
  await expect(write()).rejects.toMatchObject({ code: 'ENOSPC' });
  await write();
});

test('a folder that is named as a file is refused with the way to serve it', async () => {
  const folder = tmpdir();
  await expect(openDisk(diskSpec(`file:${folder}`), OPTIONS)).rejects.toThrow(
    `${folder}: expected a regular file or a block device, found a directory; its files are served by --export NAME=dir:${folder}`,
  );
});

test('the delays of a SPEC take their time', async () => {
  vi.useFakeTimers();
  const disk = await openDisk(diskSpec('memory:64K | delay:read=5ms'), OPTIONS);
  const target = new Uint8Array(1);
  const read = disk.read(target, 0);

  await vi.advanceTimersByTimeAsync(4);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(vi.getTimerCount()).toBe(0);
  await read;
});

test('a disk that nobody may change has no faults of writing, and those of reading', async () => {
  const spec = diskSpec('memory:64K | fault:any,error=EIO');
  const disk = await openDisk(spec, { ...OPTIONS, readOnly: true });

  expect(disk).not.toHaveProperty('write');
  await expect(disk.read(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EIO' });
});
