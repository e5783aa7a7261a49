import type { Driver } from '@nbd/driver';
import { driverConformance } from '@nbd/driver-conformance';
import { describe } from 'vitest';
import { sharedMemory, sharedMemoryDriver } from '../src/index.ts';

describe('one driver', () => {
  driverConformance({ create: (disk) => sharedMemoryDriver(sharedMemory(disk)) });
});

/** Two drivers of one disk, where each is asked for what the other was told. */
function inTurn(size: number): Driver {
  const memory = sharedMemory({ size });
  const [one, other] = [sharedMemoryDriver(memory), sharedMemoryDriver(memory)];
  return {
    get size() {
      return other.size;
    },
    fua: 'native',
    read: (target, offset) => one.read(target, offset),
    write: (source, offset, options) => other.write?.(source, offset, options),
    flush() {},
    trim: (offset, length, options) => one.trim?.(offset, length, options),
    zero: (offset, length, options) => other.zero?.(offset, length, options),
    extents: (offset, length) => one.extents?.(offset, length) ?? [],
    resize: (newSize) => one.resize?.(newSize),
    close() {
      void one.close?.();
      void other.close?.();
    },
  };
}

describe('two drivers of one disk', () => {
  driverConformance({ create: ({ size }) => inTurn(size) });
});
