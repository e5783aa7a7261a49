import type { BatchedRead, BatchedWrite, Driver, Extent } from '@nbd/driver';
import { DriverError, filter } from '@nbd/driver';
import { describe } from 'vitest';
import { driverConformance } from '../src/index.ts';
import { ArrayDriver } from './array-driver.ts';

interface Disk {
  readonly size: number;
}

/** Many disks are tested here, so each less. */
const runs = 10;

describe('a disk that answers at once', () => {
  driverConformance({ create: (disk) => new ArrayDriver(disk), runs });
});

describe('a disk that answers later, and keeps sources until then', () => {
  driverConformance({ create: laterDriver, runs });
});

describe('a disk that takes reads and writes together, and answers some of them later', () => {
  driverConformance({ create: batchDriver, runs });
});

describe('a disk of sectors', () => {
  const blockSize = { minimum: 512, preferred: 4096, payloadMax: 8192 };
  driverConformance({
    create: (disk) => filter(new ArrayDriver(disk), { blockSize, resize: undefined }),
    sizes: [0, 512, 204_800],
    runs,
  });
});

describe('a disk that takes one call at a time', () => {
  driverConformance({ create: oneAtATimeDriver, runs });
});

describe('a disk that cannot zero fast', () => {
  driverConformance({ create: slowZeroDriver, runs });
});

describe('a read-only disk with content of its own', () => {
  driverConformance({
    create: ({ size }) => ({
      size,
      read: (target, offset) => {
        for (let i = 0; i < target.length; i += 1) target[i] = sevenfold(offset + i);
      },
    }),
    content: sevenfold,
    runs,
    writable: false,
  });
});

describe('a disk that forgets', () => {
  driverConformance({
    create: ({ size }) => ({
      size,
      read: (target) => {
        target.fill(9);
      },
      write: () => {},
      trim: () => {},
      zero: () => {},
    }),
    content: () => 9,
    forgetful: true,
    runs,
  });
});

function sevenfold(offset: number): number {
  return (offset * 7) & 0xff;
}

function laterDriver(disk: Disk): Driver {
  const inner = new ArrayDriver(disk);
  return filter(inner, {
    async read(target, offset) {
      await Promise.resolve();
      inner.read(target, offset);
    },
    async write(source, offset) {
      await Promise.resolve();
      inner.write(source, offset);
    },
    async *extents(offset, length): AsyncGenerator<Extent> {
      await Promise.resolve();
      yield* inner.extents(offset, length);
    },
    fua: undefined,
  });
}

function batchDriver(disk: Disk): Driver {
  const inner = new ArrayDriver(disk);
  const later = async ({ target, offset }: Pick<BatchedRead, 'target' | 'offset'>) => {
    await Promise.resolve();
    inner.read(target, offset);
  };
  const writtenLater = async ({ source, offset }: Pick<BatchedWrite, 'source' | 'offset'>) => {
    await Promise.resolve();
    inner.write(source, offset);
  };
  return filter(inner, {
    readBatch(reads) {
      for (const [i, read] of reads.entries()) {
        // The objects are the session's again when this call returns.
        if (i % 2 === 0) read.answer = later({ ...read });
        else inner.read(read.target, read.offset);
      }
    },
    writeBatch(writes) {
      for (const [i, write] of writes.entries()) {
        if (i % 2 === 0) write.answer = writtenLater({ ...write });
        else inner.write(write.source, write.offset);
      }
    },
  });
}

function oneAtATimeDriver(disk: Disk): Driver {
  const inner = new ArrayDriver(disk);
  let busy = false;
  const alone = async (act: () => void) => {
    if (busy) throw new Error('expected one call at a time, found two');
    busy = true;
    await Promise.resolve();
    act();
    busy = false;
  };
  return filter(inner, {
    concurrency: 1,
    read: (target, offset) => alone(() => inner.read(target, offset)),
    write: (source, offset) => alone(() => inner.write(source, offset)),
    zero: (offset, length) => alone(() => inner.zero(offset, length)),
    trim: (offset, length) => alone(() => inner.trim(offset, length)),
  });
}

function slowZeroDriver(disk: Disk): Driver {
  const inner = new ArrayDriver(disk);
  return filter(inner, {
    zero(offset, length, { fast }) {
      if (fast) throw new DriverError('ENOTSUP', 'zeroes are written one by one');
      inner.zero(offset, length);
    },
  });
}
