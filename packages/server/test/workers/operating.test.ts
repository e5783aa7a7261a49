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
  const reload = (next: Omit<TestData, 'memory'>, options?: { readonly signal: AbortSignal }) =>
    server.reloadExports({ memory, ...next }, options);
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

/** What hangs in that worker, and the moment when it does. */
function hanging(worker: number) {
  const state = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const begun = async (): Promise<void> => {
    while (Atomics.load(new Int32Array(state), 0) === 0) await new Promise(setImmediate);
  };
  return { hang: { worker, state }, begun };
}

test.each([0, 1])(
  'a reload that hangs in worker %i can be given up for another one',
  async (worker) => {
    const { reload, isServed } = await reloadable();
    const { hang, begun } = hanging(worker);
    const first = new AbortController();
    const late = AbortSignal.abort(new Error('too late'));
    const outcomes = Promise.allSettled([
      reload({ name: 'never', hang }, first),
      reload({ name: 'skipped' }, { signal: late }),
      reload({ name: 'after' }),
    ]);
    await begun();
    first.abort();
    expect(await outcomes).toMatchObject([
      { reason: { message: 'a disk is not open yet' } },
      { reason: late.reason },
      { status: 'fulfilled' },
    ]);
    await isServed('after');
  },
);

test('when the one that follows fails, all go back to what they had before the one that was given up', async () => {
  const { reload, isServed } = await reloadable();
  const { hang, begun } = hanging(1);
  const first = new AbortController();
  const outcomes = Promise.allSettled([reload({ name: 'never', hang }, first)]);
  await begun();
  first.abort();
  expect(await outcomes).toMatchObject([{ reason: { message: 'a disk is not open yet' } }]);
  await expect(reload({ name: 'other', failsIn: 0 })).rejects.toThrow('no file to open');
  await isServed('before');
});

test('exports that cannot become others stay as they are', async () => {
  const { server } = await servingWorkers();
  await expect(server.reloadExports({})).rejects.toThrow(
    new TypeError('expected exports with a method reload, found none'),
  );
  await enter(server, 'disk');
});
