/**
 * The memory that a server holds with clients that have each done some reads and stay.
 */
import { Command } from '@nbd/codec';
import { usageOf } from '../accounting.ts';
import { sequentialOffsets } from '../block-offsets.ts';
import { Connection } from '../connection.ts';
import { ReplyCounter } from '../reply-counter.ts';
import { RequestRing } from '../request-ring.ts';
import { MEBIBYTE, type WorkloadFamily } from '../workload.ts';

const READS = 16;
const READ_BYTES = 128 * 1024;

export const rssWorkloads: WorkloadFamily = {
  pattern: /^rss-c(?<connections>\d+)$/,
  make(name, { connections: count }) {
    return {
      name,
      program: undefined,
      writes: false,
      async run(served, { sizeBytes }) {
        const blocks = Math.floor(sizeBytes / READ_BYTES);
        const connections: Connection[] = [];
        try {
          for (let i = 0; i < Number(count); i++) connections.push(await Connection.enter(served));
          await Promise.all(
            connections.map((connection, index) => readSome(connection, blocks, index * READS)),
          );
          const held = usageOf(served.pid).residentBytes;
          await Promise.all(connections.map((connection) => connection.leave()));
          return { rate: held / MEBIBYTE, unit: 'MiB RSS', operations: connections.length };
        } finally {
          for (const connection of connections) connection.drop();
        }
      },
    };
  },
};

function readSome(connection: Connection, blocks: number, first: number): Promise<void> {
  const counter = new ReplyCounter(READ_BYTES);
  const ring = new RequestRing({
    command: Command.READ,
    blockBytes: READ_BYTES,
    depth: READS,
    offsets: sequentialOffsets(READ_BYTES, blocks, first),
  });
  return new Promise((resolve, reject) => {
    let replies = 0;
    connection.attend((view, length) => {
      replies += counter.count(view, length);
      if (replies === READS) resolve();
    }, reject);
    connection.send(ring.take(READS));
  });
}
