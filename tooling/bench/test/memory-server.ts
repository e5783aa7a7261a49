/**
 * A disk in memory on a Unix socket: `memory-server.ts SOCKET SIZE [failing]`. With "failing", every
 * READ fails.
 */
import { filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { serve } from '@nbd/server';

const [socket, size, failing] = process.argv.slice(2);
const disk = memoryDriver({ size: Number(size) });
const broken = filter(disk, {
  read: () => {
    throw new Error('this disk cannot be read');
  },
});
await serve({
  listen: `nbd+unix:///?socket=${socket}`,
  exports: { '': failing === undefined ? disk : broken },
});
