import { memoryDriver } from '@nbd/driver-memory';
import { serve } from '@nbd/server';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../src/index.ts';
import { reachedByWay } from './reached-by-way.ts';

const way = process.env['NBD_WAY'] ?? 'tcp';

it(`served disks of this suite are reached by ${way}`, async () => {
  const { listen, tls, credentials } = reachedByWay();
  const exports = { disk: memoryDriver({ size: 512 }) };
  const server = await serve({ listen, exports, ...(tls && { tls }) });
  onTestFinished(() => server.close().then(() => undefined));
  expect(server.addresses[0]?.kind).toBe(way === 'unix' ? 'unix' : 'tcp');
  const client = await connect(server.uris[0] as string, { credentials });
  expect(client.info.tls !== undefined).toBe(way === 'tls');
  await client.close();
});
