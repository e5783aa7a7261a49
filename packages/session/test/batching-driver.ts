/** A recording disk that takes writes together. */
import type { BatchedWrite, Driver } from '@nbd/driver';
import { expect } from 'vitest';
import { type Recording, recordingDriver } from './recording-driver.ts';

export interface Batching extends Recording {
  /** The writes of each batch, such as "0+4" or "4+4 fua". */
  readonly batches: string[][];
}

/** A disk that takes writes together; `answer` may do otherwise with each than to write it at once. */
export function batchingDriver(
  facts: Partial<Driver> = {},
  answer: (write: BatchedWrite, put: () => void) => Promise<void> | undefined | void = (_, put) =>
    put(),
): Batching {
  const batches: string[][] = [];
  const recording = recordingDriver({
    facts: {
      write: () => expect.unreachable('it takes batches'),
      writeBatch(writes) {
        batches.push(
          writes.map(({ source, offset, fua }) => `${offset}+${source.length}${fua ? ' fua' : ''}`),
        );
        recording.calls.push(`writes of ${writes.length}`);
        for (const one of writes) {
          const { source, offset } = one;
          one.answer = answer(one, () => recording.disk.set(source, offset)) ?? undefined;
        }
      },
      ...facts,
    },
  });
  return { ...recording, batches };
}
