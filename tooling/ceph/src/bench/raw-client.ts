/**
 * The store without a volume: what its client alone can do with objects as large as chunks, so many at a time as a volume
 * has. Whoever writes less than a chunk writes all of it, since objects are not changed in part.
 */
import { collectLate } from '@nbd/object-store-s3';
import type { GatewayAccess } from '../gateway-access.ts';
import type { Contender } from './contender.ts';
import type { Disk } from './disk.ts';
import { patternAt } from './pattern.ts';
import { storeBelow } from './store-below.ts';

/** The uploads of a volume, and what it fetches, at a time. */
const DEPTH = 24;

export function rawClient(access: GatewayAccess, chunkBytes: number): Contender {
  return {
    name: 'raw client',
    setup: `@nbd/object-store-s3 alone, objects of ${chunkBytes / 1024} KiB, ${DEPTH} at a time`,
    isDurable: true,
    inOrder: { bytes: chunkBytes, depth: DEPTH },
    create: () => Promise.resolve(),
    open: () => {
      // As our server does.
      collectLate();
      return Promise.resolve(rawDisk(access, chunkBytes));
    },
  };
}

function rawDisk(access: GatewayAccess, chunkBytes: number): Disk {
  const store = storeBelow(access, 'bench-raw');
  return {
    async read(target, offset) {
      const from = offset % chunkBytes;
      const length = target.length;
      const range = length === chunkBytes ? {} : { range: { offset: from, length } };
      const found = await store.get(key(offset), { target, ...range });
      if (found?.bytes.length !== length) throw new Error(`expected an object for ${offset}`);
    },
    async write(_source, offset) {
      await store.put(key(offset), [patternAt(offset - (offset % chunkBytes), chunkBytes)]);
    },
    flush: () => Promise.resolve(),
    close: () => store.close(),
  };

  function key(offset: number): string {
    return String(Math.floor(offset / chunkBytes));
  }
}
