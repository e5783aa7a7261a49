/**
 * The memory that a server holds for clients that ask for much and read nothing of what it sends. In the
 * end they read it all: servers have died of clients that left without.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { usageOf } from '../servers/accounting.ts';
import { Connection } from '../client/connection.ts';
import { readOnce } from '../client/reads-once.ts';
import { MEBIBYTE, type WorkloadFamily } from './workload.ts';

/** 8 MiB for each client: more than sockets take, and without a bound 512 MiB for 64 clients. */
const READS = 64;
const READ_BYTES = 128 * 1024;

const SAMPLE_MILLIS = 50;

export const stalledWorkloads: WorkloadFamily = {
  pattern: /^stalled-c(?<connections>\d+)$/,
  make(name, { connections: count }) {
    return {
      name,
      program: undefined,
      writes: false,
      async run(served, { runtimeSeconds }) {
        const connections: Connection[] = [];
        try {
          for (let i = 0; i < Number(count); i++) connections.push(await Connection.enter(served));
          const replies = connections.map((connection, index) =>
            readOnce(connection, { count: READS, readBytes: READ_BYTES, first: index * READS }),
          );
          for (const connection of connections) connection.stall();
          const watch = async (): Promise<number> => {
            const most = await peakMemory(served.pid, runtimeSeconds);
            for (const connection of connections) connection.goOn();
            return most;
          };
          const [peak] = await Promise.all([watch(), ...replies]);
          await Promise.all(connections.map((connection) => connection.leave()));
          return { rate: peak / MEBIBYTE, unit: 'MiB RSS', operations: connections.length };
        } finally {
          for (const connection of connections) connection.drop();
        }
      },
    };
  },
};

/** The most that is seen held in so many seconds, bytes. */
async function peakMemory(pid: number, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let peak = 0;
  do {
    await sleep(SAMPLE_MILLIS);
    peak = Math.max(peak, usageOf(pid).residentBytes);
  } while (performance.now() < end);
  return peak;
}
