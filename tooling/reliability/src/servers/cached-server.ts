/**
 * The program that a disk with a write cache of its own is served by: what was not flushed is in the memory of this process, and
 * gone with it. Its arguments are the file, the socket to listen on, and what kind of cache it has:
 *
 * | argument     | cache                                                                        |
 * | ------------ | ---------------------------------------------------------------------------- |
 * | `honest`     | one, shared by all connections                                               |
 * | `lost-flush` | the same, but flushes are answered and not done                              |
 * | `each`       | one for each connection, which has no business to say that it is CAN_MULTI_CONN |
 */
import type { Driver, ExportSource } from '@nbd/driver';
import { fileDriver } from '@nbd/driver-file';
import { CrashableDisk, FaultPlan, faulty } from '@nbd/filters';
import { serve } from '@nbd/server';

const [path = '', socket = '', mode = ''] = process.argv.slice(2);
const NAME = 'disk';

function source(open: () => Promise<Driver>): ExportSource {
  return {
    list: () => [{ name: NAME }],
    open: async () => ({ name: NAME, driver: await open(), close: () => undefined }),
  };
}

const file = await fileDriver({ path });
const openCache = async (): Promise<Driver> => new CrashableDisk(file).driver;
const shared = await openCache();
const lying = new FaultPlan();
lying.add({ on: 'flush', lose: true });

const sources: Readonly<Record<string, ExportSource>> = {
  honest: source(async () => shared),
  'lost-flush': source(async () => faulty(shared, lying)),
  each: source(openCache),
};
const chosen = sources[mode];
if (chosen === undefined) throw new Error(`expected a kind of cache, found ${mode}`);

await serve({ listen: `nbd+unix:///?socket=${socket}`, source: chosen, exportName: NAME });
