import type { BatchedRead, Driver } from '@nbd/driver';

/** Reads of equal length, as a session hands them over. */
export function batchOf(length: number, offsets: readonly number[]): BatchedRead[] {
  const arena = new ArrayBuffer(length * offsets.length);
  return offsets.map((offset, i) => ({
    target: new Uint8Array(arena, i * length, length),
    offset,
    answer: undefined,
  }));
}

/** Reads of these lengths, each of which continues the one before. */
export function runOf(lengths: readonly number[], start: number): BatchedRead[] {
  let offset = start;
  return lengths.map((length) => {
    const read = { target: new Uint8Array(length), offset, answer: undefined };
    offset += length;
    return read;
  });
}

/** Hands reads over in the way that the driver offers, and answers what they will come to. */
export function readAll(driver: Driver, reads: readonly BatchedRead[]): Promise<void>[] {
  if (driver.readBatch !== undefined) driver.readBatch(reads);
  else for (const read of reads) read.answer = driver.read(read.target, read.offset) ?? undefined;
  return reads.map(async (read) => read.answer);
}
