/**
 * A disk that lends its pages, and uses the memory of those that were replaced or trimmed for any others: each read is
 * right, and a view that is held shows what it should not.
 */
import type { BatchedRead, Driver } from '@nbd/driver';

const PAGE_BYTES = 512;

export function poolingDriver(size: number): Driver {
  const pages = new Map<number, Uint8Array>();
  const idle: Uint8Array[] = [];

  function read(target: Uint8Array, offset: number): void {
    for (let i = 0; i < target.length; i++) {
      target[i] = pages.get(pageOf(offset + i))?.[(offset + i) % PAGE_BYTES] ?? 0;
    }
  }

  function release(page: number): void {
    const memory = pages.get(page);
    if (memory !== undefined) idle.push(memory);
    pages.delete(page);
  }

  function viewOf({ target, offset }: BatchedRead): Uint8Array | undefined {
    const at = offset % PAGE_BYTES;
    if (at + target.length > PAGE_BYTES) return undefined;
    return pages.get(pageOf(offset))?.subarray(at, at + target.length);
  }

  return {
    size,
    lendsViews: true,
    read,
    readBatch(reads) {
      for (const each of reads) {
        if (each.takesView === true) each.view = viewOf(each);
        if (each.view === undefined) read(each.target, each.offset);
      }
    },
    write(source, offset) {
      for (let done = 0; done < source.length; ) {
        const page = pageOf(offset + done);
        const at = (offset + done) % PAGE_BYTES;
        const length = Math.min(PAGE_BYTES - at, source.length - done);
        if (length === PAGE_BYTES) release(page);
        const memory = pages.get(page) ?? idle.shift()?.fill(0) ?? new Uint8Array(PAGE_BYTES);
        pages.set(page, memory);
        memory.set(source.subarray(done, done + length), at);
        done += length;
      }
    },
    trim(offset, length) {
      const end = pageOf(offset + length);
      for (let page = pageOf(offset + PAGE_BYTES - 1); page < end; page++) release(page);
    },
  };
}

function pageOf(offset: number): number {
  return Math.floor(offset / PAGE_BYTES);
}
