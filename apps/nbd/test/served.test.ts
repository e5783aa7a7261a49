import { memoryDriver } from '@nbd/driver-memory';
import { expect, it } from 'vitest';
import { serveHere } from './served.ts';

const way = process.env['NBD_WAY'] ?? 'tcp';
const PROTOCOLS = new Map([
  ['tcp', 'nbd:'],
  ['unix', 'nbd+unix:'],
  ['tls', 'nbds:'],
]);

it(`disks of this suite are reached by ${way}`, async () => {
  const uri = await serveHere({ disk: memoryDriver({ size: 512 }) });
  expect(new URL(uri('disk')).protocol).toBe(PROTOCOLS.get(way));
});
