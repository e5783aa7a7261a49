/**
 * A number of reads that are asked for all at once, and not again.
 */
import { Command } from '@nbd/codec';
import type { Connection } from './connection.ts';
import { sequentialOffsets } from './offset-source.ts';
import { ReplyCounter } from './reply-counter.ts';
import { RequestRing } from './request-ring.ts';

export interface ReadsOnce {
  readonly count: number;
  readonly readBytes: number;
  /** Of the read to begin with, counted from the start of the export. */
  readonly first: number;
}

/** Asks for them, and waits until they are all there. */
export function readOnce(
  connection: Connection,
  { count, readBytes, first }: ReadsOnce,
): Promise<void> {
  const places = Math.floor(connection.sizeBytes / readBytes);
  const offsets = sequentialOffsets({ start: 0, places, stepBytes: readBytes }, first);
  const shape = { command: Command.READ, lengths: [readBytes], depth: count };
  const ring = new RequestRing({ ...shape, offsets });
  const counter = new ReplyCounter();
  return new Promise((resolve, reject) => {
    let replies = 0;
    connection.attend((view, length) => {
      replies += counter.count(view, length);
      if (replies === count) resolve();
    }, reject);
    connection.send(ring.take(count));
  });
}
