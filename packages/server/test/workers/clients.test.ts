/** Clients of worker threads, as the main thread hears of them and as their limits count them. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { ConnectionInfo } from '../../src/index.ts';
import { read } from '../client-bytes.ts';
import { dial, enter, firstAddress } from '../socket-client.ts';
import { State } from './exports.ts';
import { connectionsOpen, heldWrites, oneOfEach, servingWorkers } from './serving-workers.ts';

test('the server tells of each client that comes and goes, of whichever worker', async () => {
  const { server } = await servingWorkers({ exportName: 'disk' });
  const came: ConnectionInfo[] = [];
  const gone: ConnectionInfo[] = [];
  server.on('connect', (client) => came.push(client));
  server.on('disconnect', (client) => gone.push(client));
  const clients = await oneOfEach(server);
  for (const client of clients) client.leaves();
  await connectionsOpen(server, 0);
  while (gone.length < came.length) await once(server, 'disconnect');
  const ids = came.map(({ id }) => id).toSorted((a, b) => a - b);
  expect(ids).toEqual(came.map((_, i) => i + 1));
  expect(gone.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(ids);
  expect(came[0]?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  for (const { exportName } of came) expect(exportName).toBeUndefined();
  for (const { exportName } of gone) expect(exportName).toBe('disk');
});

test('C-029 connections from one address are counted over all workers', async () => {
  const { server } = await servingWorkers({ limits: { connectionsPerAddressMax: 3 } });
  const [first] = [await enter(server), await enter(server), await enter(server)];
  for (let i = 0; i < 4; i++) {
    const late = await dial(firstAddress(server));
    expect(await late.hearsRest()).toHaveLength(0);
  }
  first?.leaves();
  await connectionsOpen(server, 2);
  await enter(server);
  expect((await server.counters()).connections).toEqual({ open: 3, total: 4, refused: 4 });
});

test('how many clients there are is told also while a worker is stuck', async () => {
  const { server, state } = await servingWorkers();
  expect(server.openConnections).toBe(0);
  const clients = [await enter(server, 'disk'), await enter(server, 'blocking')];
  clients[1]?.says(read(0, 512));
  await heldWrites(state, 1);
  expect(server.openConnections).toBe(2);
  Atomics.store(state, State.GATE, 1);
  Atomics.notify(state, State.GATE);
  await clients[1]?.hearsReply(512);
});
