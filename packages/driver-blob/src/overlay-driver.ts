/** A disk that takes writes, over one that does not: what was written is in the top, the rest in the base. */
import {
  type Awaitable,
  type BlockSize,
  clipExtents,
  dataExtent,
  type Driver,
  type Extent,
  filter,
} from '@nbd/driver';
import type { OverlayRecord } from './overlay-record.ts';
import { WrittenRanges } from './written-ranges.ts';

export interface OverlayDriverOptions {
  /** The disk as it is before anything is written. It is only ever read. */
  readonly base: Driver;
  /**
   * Takes what is written, at the same offsets: at least as large as `base`, and writable. What is in it
   * already does not matter.
   */
  readonly top: Driver;
  /**
   * Where it is kept which bytes were written, by each flush and at the end; what it says at the beginning is in `top`
   * already. It belongs to the disk. Absent: the changes are gone with the object.
   */
  readonly record?: OverlayRecord;
}

/**
 * A disk of the size and content of `base`, whose changes go to `top`: a `memoryDriver`, a `syncAccessDriver`, or
 * any disk that can be written. It can do what `top` can, but for `resize` and `maps`, and closes both.
 *
 * Nothing is copied from the base: a write costs what it costs in `top`. Without a `record`, which bytes were
 * written is known to this object alone. With one, what was flushed is found again, of the same base.
 *
 * @throws TypeError for a `top` that cannot be written
 * @throws RangeError for one that is smaller than `base`
 */
export function overlayDriver({ base, top, record }: OverlayDriverOptions): Driver {
  const writeTop = top.readOnly === true ? undefined : top.write?.bind(top);
  if (writeTop === undefined) throw new TypeError('overlay: expected a top that can be written');
  const { size } = base;
  if (top.size < size) {
    throw new RangeError(`overlay: expected a top of at least ${size} bytes, found ${top.size}`);
  }
  const written = new WrittenRanges(record?.borders);
  const diskAt = (offset: number): Driver => (written.has(offset) ? top : base);
  const zeroTop = top.zero?.bind(top);

  /** Part after part, so that neither disk has more than one call under way for each of ours. */
  function read(target: Uint8Array, offset: number): Awaitable<void> {
    for (let at = 0; at < target.length; ) {
      const part = partAt(target, offset, at);
      const answer = diskAt(offset + at).read(part, offset + at);
      at += part.length;
      if (answer !== undefined) return readBehind(answer, target.subarray(at), offset + at);
    }
  }

  async function readBehind(
    before: Promise<void>,
    target: Uint8Array,
    offset: number,
  ): Promise<void> {
    await before;
    await read(target, offset);
  }

  /** What of `target` comes from the same disk as its byte at `at`. */
  function partAt(target: Uint8Array, offset: number, at: number): Uint8Array {
    return target.subarray(at, written.nextBorder(offset + at) - offset);
  }

  /** A change that failed may have happened in part: what was not written before is still read from the base. */
  function noteWhenDone(answer: Awaitable<void>, offset: number, end: number): Awaitable<void> {
    if (answer !== undefined) return answer.then(() => written.add(offset, end));
    written.add(offset, end);
  }

  async function* extents(offset: number, length: number): AsyncGenerator<Extent> {
    const end = Math.min(offset + length, size);
    for (let from = offset; from < end; ) {
      const run = Math.min(written.nextBorder(from), end) - from;
      const found = diskAt(from).extents?.(from, run) ?? [dataExtent(run)];
      for await (const extent of clipExtents(found, run)) {
        yield extent;
        from += extent.length;
      }
    }
  }

  let savedChanges = 0;
  let lastFlush = Promise.resolve();

  /** What is written while the top flushes may not last yet, so it is for the next flush to save. */
  async function flushAndSave(into: OverlayRecord): Promise<void> {
    const { changes } = written;
    const borders = changes === savedChanges ? undefined : [...written.borders];
    await top.flush?.();
    if (borders === undefined) return;
    await into.save(borders);
    savedChanges = changes;
  }

  /** One after the other, so that a record never takes the place of a later one. */
  function flushInTurn(into: OverlayRecord): Promise<void> {
    const flush = () => flushAndSave(into);
    lastFlush = lastFlush.then(flush, flush);
    return lastFlush;
  }

  return filter(top, {
    size,
    ...(base.blockSize !== undefined && { blockSize: forBoth(base.blockSize, top.blockSize) }),
    multiConn: base.multiConn === true && top.multiConn === true,
    ...(base.concurrency !== undefined && {
      concurrency: Math.min(base.concurrency, top.concurrency ?? Infinity),
    }),
    fillsTarget: fillBoth(base, top),
    retainsSource: top.retainsSource,
    maps: undefined,
    resize: undefined,
    cache: undefined,
    extents: base.extents === undefined && top.extents === undefined ? undefined : extents,
    read,

    write(source, offset, options) {
      const end = offset + source.length;
      return noteWhenDone(writeTop(source, offset, options), offset, end);
    },

    zero:
      zeroTop &&
      ((offset, length, options) =>
        noteWhenDone(zeroTop(offset, length, options), offset, offset + length)),

    ...(record !== undefined && { fua: undefined, flush: () => flushInTurn(record) }),

    async close() {
      const closings = [
        async () => await record?.close(),
        async () => await top.close?.(),
        async () => await base.close?.(),
      ];
      const flushing = record === undefined ? undefined : flushInTurn(record);
      const ends = await Promise.allSettled([flushing]);
      for (const close of closings) ends.push(...(await Promise.allSettled([close()])));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  });
}

function fillBoth(base: Driver, top: Driver): true | undefined {
  return base.fillsTarget === true && top.fillsTarget === true ? true : undefined;
}

/** What suits both disks. */
function forBoth(one: BlockSize, other: BlockSize = one): BlockSize {
  const minimum = Math.max(one.minimum, other.minimum);
  return {
    minimum,
    preferred: Math.max(minimum, Math.min(one.preferred, other.preferred)),
    payloadMax: Math.min(one.payloadMax, other.payloadMax),
  };
}
