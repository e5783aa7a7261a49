/** Disks in memory of any size: the name of the export is how many bytes, and each connection has a new one. */
import type { ExportSource } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';

/** Also what a worker thread opens. */
export function openExports(): ExportSource {
  return {
    open: (name) => ({
      name,
      driver: memoryDriver({ size: Number(name) }),
      close: () => undefined,
    }),
  };
}
