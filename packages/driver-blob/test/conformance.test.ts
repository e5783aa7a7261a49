import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverConformance } from '@nbd/driver-conformance';
import { memoryDriver } from '@nbd/driver-memory';
import { afterAll, describe } from 'vitest';
import { blobDriver, overlayDriver, syncAccessDriver } from '../src/index.ts';
import { MemoryAccessHandle } from './access-handle.ts';
import { byteAt, bytesAt } from './content.ts';

/** With a cache of 1 MiB, slices are of 128 KiB. */
const SIZES = [0, 1, 512, 4096, 202_893];

const blobs = new Map(SIZES.map((size) => [size, new Blob([bytesAt(0, size)])]));

function blobOf(size: number): Blob {
  return blobs.get(size) as Blob;
}

describe('a blob', () => {
  driverConformance({
    create: ({ size }) => blobDriver({ blob: blobOf(size), cacheBytesMax: 2 ** 20 }),
    sizes: SIZES,
    content: byteAt,
    runs: 25,
    writable: false,
  });
});

describe('a file of the file system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blob-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  driverConformance({
    async create({ size }) {
      const path = join(folder, `${size}.img`);
      writeFileSync(path, bytesAt(0, size), { flag: 'a+' });
      return blobDriver({ blob: await openAsBlob(path) });
    },
    sizes: [4096, 202_893],
    content: byteAt,
    writable: false,
    runs: 5,
  });
});

describe('an overlay in memory', () => {
  driverConformance({
    create: ({ size }) =>
      overlayDriver({
        base: blobDriver({ blob: blobOf(size), cacheBytesMax: 2 ** 20 }),
        top: memoryDriver({ size }),
      }),
    sizes: SIZES,
    content: byteAt,
    runs: 25,
  });
});

describe('an overlay in a file of the origin', () => {
  driverConformance({
    create: ({ size }) =>
      overlayDriver({
        base: blobDriver({ blob: blobOf(size) }),
        top: syncAccessDriver({ handle: new MemoryAccessHandle(), size }),
      }),
    sizes: SIZES,
    content: byteAt,
    runs: 25,
  });
});

describe('a file of the origin', () => {
  driverConformance({
    create: ({ size }) => syncAccessDriver({ handle: new MemoryAccessHandle(), size }),
  });
});
