/**
 * Connect, enter the export, disconnect, and again.
 */
import { Connection } from '../client/connection.ts';
import type { WorkloadFamily } from './workload.ts';

export const connectWorkloads: WorkloadFamily = {
  pattern: /^connect-p(?<parallel>\d+)$/,
  make(name, { parallel }) {
    return {
      name,
      program: undefined,
      writes: false,
      async run(served, { runtimeSeconds }) {
        const began = performance.now();
        const end = began + runtimeSeconds * 1000;
        let connections = 0;
        const comeAndGo = async (): Promise<void> => {
          while (performance.now() < end) {
            const connection = await Connection.enter(served);
            await connection.leave();
            connections++;
          }
        };
        await Promise.all(Array.from({ length: Number(parallel) }, comeAndGo));
        const seconds = (performance.now() - began) / 1000;
        return { rate: connections / seconds, unit: 'conn/s', operations: connections };
      },
    };
  },
};
