/** nbdkit with its S3 plugin: an object for each 64 KiB, written through. */
import { isListening, ServerProcess } from '@nbd-tooling/server-process';
import type { GatewayAccess } from '../gateway-access.ts';
import { freePorts } from '../free-ports.ts';
import { BENCH_BYTES, type Contender, FILLED_BYTES } from './contender.ts';
import { inFlight } from './in-flight.ts';
import { nbdDisk } from './nbd-disk.ts';
import { patternAt } from './pattern.ts';
import { storeBelow } from './store-below.ts';

const PREFIX = 'bench-nbdkit';
const OBJECT_BYTES = 65_536;

export function nbdkitS3(access: GatewayAccess): Contender {
  const { endpoints, bucket, credentials } = access;
  const options = {
    'endpoint-url': endpoints[0],
    bucket,
    key: PREFIX,
    size: BENCH_BYTES,
    'object-size': OBJECT_BYTES,
    // The objects are all that the plugin writes, so others' requests are made of them.
    minblock: OBJECT_BYTES,
    maxlen: OBJECT_BYTES,
  };
  const environment = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_DEFAULT_REGION: access.region,
  };
  return {
    name: 'nbdkit S3',
    setup: 'objects of 64 KiB, blocksize filter',
    isDurable: true,
    inOrder: { bytes: 2 ** 20, depth: 4 },
    create: () => Promise.resolve(),
    fill: () => putObjects(access),
    async open() {
      const [port = 0] = await freePorts(1);
      const args = ['-f', '-i', '127.0.0.1', '-p', String(port), '--filter=blocksize', 'S3'];
      const named = Object.entries(options).map(([name, value]) => `${name}=${value}`);
      const ready = (): Promise<boolean> => isListening({ host: '127.0.0.1', port });
      const server = await ServerProcess.start(['nbdkit', ...args, ...named], ready, {
        environment,
      });
      return nbdDisk(`nbd://127.0.0.1:${port}`, async () => void (await server.end()));
    },
  };
}

/** The plugin's own objects, without the plugin, which would take minutes for them. */
async function putObjects(access: GatewayAccess): Promise<void> {
  const store = storeBelow(access, PREFIX);
  let next = 0;
  await inFlight(24, () => {
    if (next === FILLED_BYTES / OBJECT_BYTES) return undefined;
    const index = next++;
    const key = index.toString(16).padStart(16, '0');
    return store.put(key, [patternAt(index * OBJECT_BYTES, OBJECT_BYTES)]).then(() => undefined);
  });
  await store.close();
}
