/** A volume as a disk: every answer is given while nobody else can own the volume. */
import type { Awaitable, Driver, Extent } from '@nbd/driver';
import type { Commits } from '../head/commits.ts';
import type { VolumeReads } from './volume-reads.ts';
import type { VolumeWrites } from './volume-writes.ts';

export function volumeDriver(reads: VolumeReads, writes: VolumeWrites, commits: Commits): Driver {
  /** Read, and answered only if the answer is not out of date by then. */
  async function readFresh(target: Uint8Array, offset: number): Promise<void> {
    await commits.confirm();
    await reads.read(target, offset);
    await commits.confirm();
  }

  async function* extentsFresh(offset: number, length: number): AsyncGenerator<Extent> {
    await commits.confirm();
    yield* reads.extents(offset, length, writes.size());
  }

  return {
    get size() {
      return writes.size();
    },
    multiConn: true, // all connections share this one volume
    fua: 'native',
    retainsSource: false,
    fillsTarget: true,

    read(target, offset): Awaitable<void> {
      if (!commits.isFresh()) return readFresh(target, offset);
      return reads.read(target, offset)?.then(() => commits.confirm());
    },

    write(source, offset, { fua }) {
      return writes.write(source, offset, fua);
    },

    flush() {
      return writes.flush();
    },

    trim(offset, length, { fua }) {
      return writes.zero(offset, length, false, fua);
    },

    zero(offset, length, { fua }) {
      return writes.zero(offset, length, true, fua);
    },

    async cache(offset, length) {
      await commits.confirm();
      await reads.cache(offset, length);
    },

    extents(offset, length) {
      if (!commits.isFresh()) return extentsFresh(offset, length);
      return reads.extents(offset, length, writes.size());
    },

    resize(size) {
      return writes.resize(size);
    },

    close() {
      return writes.close();
    },
  };
}
