/**
 * The memory that a server holds with clients that have each done some reads and stay. `rss-c0`: without any.
 */
import { usageOf } from '../servers/accounting.ts';
import { Connection } from '../client/connection.ts';
import { readOnce } from '../client/reads-once.ts';
import { MEBIBYTE, type WorkloadFamily } from './workload.ts';

const READS = 16;
const READ_BYTES = 128 * 1024;

export const rssWorkloads: WorkloadFamily = {
  pattern: /^rss-c(?<connections>\d+)$/,
  make(name, { connections: count }) {
    return {
      name,
      program: undefined,
      writes: false,
      async run(served) {
        const connections: Connection[] = [];
        try {
          for (let i = 0; i < Number(count); i++) connections.push(await Connection.enter(served));
          await Promise.all(
            connections.map((connection, index) =>
              readOnce(connection, { count: READS, readBytes: READ_BYTES, first: index * READS }),
            ),
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
