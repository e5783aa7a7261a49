/** A blob is a disk, and an overlay takes writes to it. */
import { blobDriver, overlayDriver } from '@nbd/driver-blob';
import { memoryDriver } from '@nbd/driver-memory';
import { type Check, expectSame } from './check.ts';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => i ^ (i >>> 8));

export const blobChecks: readonly Check[] = [
  {
    name: 'driver-blob: reads a blob',
    async run() {
      const disk = blobDriver({ blob: new Blob([BYTES]) });
      expectSame(disk.size, BYTES.length);
      for (let offset = 0; offset < BYTES.length; offset += 50_000) {
        const target = new Uint8Array(50_000);
        await disk.read(target, offset);
        expectSame([...target], [...BYTES.subarray(offset, offset + 50_000)]);
      }
    },
  },
  {
    name: 'driver-blob: an overlay in memory takes writes',
    async run() {
      const base = blobDriver({ blob: new Blob([BYTES]) });
      const disk = overlayDriver({ base, top: memoryDriver({ size: BYTES.length }) });
      await disk.write?.(Uint8Array.of(9, 9), 1001, { fua: false });
      const target = new Uint8Array(4);
      await disk.read(target, 1000);
      expectSame([...target], [BYTES[1000], 9, 9, BYTES[1003]]);
    },
  },
];
