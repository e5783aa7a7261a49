/** The export of a server as a disk, by the client of this repository. */
import { connect } from '@nbd/client';
import type { Disk } from './disk.ts';

/** `close` runs when the client has said goodbye. */
export async function nbdDisk(uri: string, close: () => Promise<void>): Promise<Disk> {
  const client = await connect(uri).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    read: (target, offset) => client.readInto(target, offset),
    write: (source, offset) => client.write(source, offset),
    flush: () => client.flush(),
    async close() {
      try {
        await client.flush();
      } finally {
        await client.close();
        await close();
      }
    },
  };
}
