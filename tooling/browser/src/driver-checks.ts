/** A disk works in a page. */
import { DriverError, filter, mergeExtents } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { type Check, expectSame } from './check.ts';

const SIZE = 0x40_0000;

export const driverChecks: readonly Check[] = [
  {
    name: 'driver: a disk in memory gives back what was written',
    async run() {
      const disk = memoryDriver({ size: SIZE });
      await disk.write?.(Uint8Array.of(1, 2, 3), SIZE - 3, { fua: false });
      const target = new Uint8Array(4).fill(9);
      await disk.read(target, SIZE - 4);
      expectSame(Array.from(target), [0, 1, 2, 3]);
    },
  },
  {
    name: 'driver: a disk in memory is a hole until it is written',
    async run() {
      const disk = memoryDriver({ size: SIZE });
      const extents: unknown[] = [];
      for await (const extent of mergeExtents(disk.extents?.(0, SIZE) ?? [])) {
        extents.push(extent);
      }
      expectSame(extents, [{ length: SIZE, hole: true, zero: true }]);
    },
  },
  {
    name: 'driver: a filter stands before a disk',
    run() {
      const broken = filter(memoryDriver({ size: SIZE }), {
        read() {
          throw new DriverError('EIO', 'this disk cannot be read');
        },
      });
      let caught: unknown;
      try {
        void broken.read(new Uint8Array(1), 0);
      } catch (error) {
        caught = error;
      }
      expectSame(caught instanceof DriverError && caught.code, 'EIO');
      expectSame(broken.size, SIZE);
    },
  },
];
