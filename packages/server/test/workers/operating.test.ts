/** What an operator sees of several workers, and what they take over while they serve. */
import { sharedMemory } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { read } from '../client-bytes.ts';
import { enter } from '../socket-client.ts';
import type { TestData } from './reloadable-exports.ts';
import { oneOfEach, servingWorkers, startWorkers } from './serving-workers.ts';

test('metrics are those of all workers together', async () => {
  const { server } = await servingWorkers({ metrics: true });
  const clients = await oneOfEach(server);
  const before = await server.metrics();
  for (const client of clients) {
    client.says(read(0, 1000));
    await client.hearsReply(1000);
  }
  const after = await server.metrics();
  const readsOf = ({ exports }: typeof after) => exports['disk']?.commands['READ'];
  expect((readsOf(after)?.requests ?? 0) - (readsOf(before)?.requests ?? 0)).toBe(2);
  expect((readsOf(after)?.bytes ?? 0) - (readsOf(before)?.bytes ?? 0)).toBe(2000);
  expect(after.threads).toHaveLength(2);
  const ids = after.clients.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted((one, other) => one - other));
  expect(new Set(ids).size).toBe(after.connections.open);
});

test('workers that were not told to measure have no metrics', async () => {
  const { server } = await servingWorkers();
  await expect(server.metrics()).rejects.toThrow('this server was not told to measure: metrics');
});

async function reloadable() {
  const memory = sharedMemory({ size: 4096 });
  const server = await startWorkers({
    module: new URL('reloadable-exports.ts', import.meta.url),
    data: { memory, name: 'before' } satisfies TestData,
  });
  const reload = (next: Omit<TestData, 'memory'>) => server.reloadExports({ memory, ...next });
  /** So many clients that some come to each worker. */
  const isServed = async (name: string): Promise<void> => {
    for (let i = 0; i < 12; i++) await enter(server, name);
  };
  return { server, reload, isServed };
}

test('exports that can become others do so in all workers', async () => {
  const { server, reload, isServed } = await reloadable();
  await reload({ name: 'after' });
  await isServed('after');
  await expect(enter(server, 'before')).rejects.toThrow('expected INFO or ACK');
});

test.each([0, 1])('where worker %i cannot reload, all serve on what they had', async (failsIn) => {
  const { reload, isServed } = await reloadable();
  const failing = () => reload({ name: 'never', failsIn });
  await expect(failing()).rejects.toThrow(`thread ${failsIn} has no file to open`);
  await isServed('before');
  await Promise.all([reload({ name: 'after' }), expect(failing()).rejects.toThrow('no file')]);
  await isServed('after');
});

test('exports that cannot become others stay as they are', async () => {
  const { server } = await servingWorkers();
  await expect(server.reloadExports({})).rejects.toThrow(
    new TypeError('expected exports with a method reload, found none'),
  );
  await enter(server, 'disk');
});
