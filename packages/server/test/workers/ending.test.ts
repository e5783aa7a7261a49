/** The end of a server whose connections are spread over worker threads. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ErrorCode } from '@nbd/codec';
import { describe, expect, test } from 'vitest';
import { content, read, write } from '../client-bytes.ts';
import { recordingLog, temporaryFolder } from '../serving.ts';
import { dial, enter, firstAddress } from '../socket-client.ts';
import { State } from './exports.ts';
import { heldWrites, servingWorkers } from './serving-workers.ts';

const { OK } = ErrorCode;

describe.each(['tcp', 'unix'])('over %s', (transport) => {
  test('C-282 what is in flight in any worker is answered, and newcomers are refused', async () => {
    const socket = join(temporaryFolder(), 'nbd.sock');
    const listen = transport === 'tcp' ? 'nbd://127.0.0.1:0' : `nbd+unix:///?socket=${socket}`;
    const { server, state } = await servingWorkers({ listen });
    const clients = [];
    for (let i = 0; i < 6; i++) clients.push(await enter(server, 'held'));
    for (const [i, client] of clients.entries()) client.says(write(i * 512, content(512, i)));
    await heldWrites(state, clients.length);
    const address = firstAddress(server);
    const closing = server.close();
    expect(server.ready).toBe(false);
    // A read is told ESHUTDOWN once its worker is closing, so by then none of them listens.
    for (const client of clients) {
      do client.says(read(0, 1, 2));
      while ((await client.hearsReply(1)).error === OK);
    }
    await expect(dial(address)).rejects.toMatchObject({
      code: transport === 'tcp' ? 'ECONNREFUSED' : 'ENOENT',
    });
    Atomics.store(state, State.GATE, 1);
    for (const client of clients) {
      expect(await client.hearsReply()).toMatchObject({ error: OK, cookie: 1 });
      expect(await client.hearsRest()).toHaveLength(0);
    }
    expect(await closing).toEqual({ cut: 0, failures: [] });
    expect(await server.close()).toBe(await closing);
    expect(await server.counters()).toMatchObject({
      connections: { open: 0, total: 6 },
      requests: { WRITE: 6 },
      bytesWritten: 6 * 512,
    });
    // The first worker closes its exports when all others have.
    expect([state[State.CLOSED], state[State.LAST_CLOSED]]).toEqual([2, 0]);
    expect(existsSync(socket)).toBe(false);
  });
});

test('C-282 the deadline cuts what is in flight in any worker, and says how many', async () => {
  const { server, state } = await servingWorkers();
  const clients = [];
  for (let i = 0; i < 4; i++) clients.push(await enter(server, 'held'));
  for (const client of clients) client.says(write(0, content(512)));
  await heldWrites(state, clients.length);
  const closing = server.close({ timeout: 50 });
  for (const client of clients) expect(await client.hearsRest()).toHaveLength(0);
  Atomics.store(state, State.GATE, 1);
  expect(await closing).toEqual({ cut: 4, failures: [] });
});

test('exports that do not close are told, with the error of the log', async () => {
  const { log, lines } = recordingLog();
  const { server } = await servingWorkers(
    { log: { ...log, isLevelEnabled: (level) => level !== 'debug' } },
    { kind: 'close', worker: 1 },
  );
  const { cut, failures } = await server.close();
  expect(cut).toBe(0);
  expect(failures.map(({ message }) => message)).toEqual(['the disk stays open']);
  expect(lines).toContainEqual({
    level: 'error',
    fields: { err: expect.objectContaining({ message: 'the disk stays open' }) },
    message: 'the exports cannot be closed',
  });
  // Of a level that the log does not keep nothing was sent.
  expect(lines.filter(({ level }) => level === 'debug')).toEqual([]);
});

test('a worker that dies ends the server, which says so', async () => {
  const { server } = await servingWorkers();
  const other = await enter(server);
  const died = once(server, 'error');
  const client = await enter(server, 'mortal');
  client.says(read(0, 1));
  const [error] = (await died) as [Error];
  expect(error.message).toMatch(/^worker [12] of 2 has died: nobody catches this$/);
  expect(error.cause).toBeInstanceOf(Error);
  expect(server.ready).toBe(false);
  await client.closed;
  await other.closed;
  expect(await server.close()).toMatchObject({ failures: [] });
  expect(server.openConnections).toBe(0);
});
