/** The server of this repository, as it is built, on a volume in the bucket. */
import { createVolume } from '@nbd/driver-object-store';
import type { GatewayAccess } from '../gateway-access.ts';
import { startVolumeServer } from '../programs.ts';
import { BENCH_BYTES, type Contender } from './contender.ts';
import { nbdDisk } from './nbd-disk.ts';
import { storeBelow } from './store-below.ts';

const PREFIX = 'bench';
const VOLUME = 'volume';

/** `chunkBytes`: of the volume. */
export function ourServer(access: GatewayAccess, chunkBytes: number): Contender {
  return {
    name: 'ours',
    setup: `demo-server, s3://, chunks of ${chunkBytes / 1024} KiB`,
    isDurable: true,
    inOrder: { bytes: 2 ** 20, depth: 4 },
    async create() {
      const store = storeBelow(access, PREFIX);
      await createVolume(store, { volume: VOLUME, size: BENCH_BYTES, chunkBytes });
      await store.close();
    },
    async open() {
      const url = `s3://${access.bucket}/${PREFIX}/${VOLUME}`;
      const server = await startVolumeServer(access, { volume: url });
      return nbdDisk(server.uri('volume'), async () => {
        const code = await server.end('SIGTERM');
        if (code !== 0) throw new Error(`demo-server has ended with ${code}: ${server.log()}`);
      });
    },
  };
}
