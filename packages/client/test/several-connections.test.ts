/** Several connections as one. */
import { Command, TransmissionFlag } from '@nbd/codec';
import { expect, it } from 'vitest';
import { connect } from '../src/index.ts';
import { scriptedServer } from './scripted-server.ts';

it('requests are spread over the connections, as evenly as they are answered', async () => {
  const server = await scriptedServer();
  server.flags |= TransmissionFlag.CAN_MULTI_CONN;
  const client = await connect(server.uri, { connections: 3 });
  await expect.poll(() => client.connections).toBe(3);
  const reads = Array.from({ length: 6 }, (_, i) => client.read(i, 1));
  await server.until(() => server.asked.length === 6);
  const counts = new Map<number, number>();
  for (const { connection } of server.asked) {
    counts.set(connection, (counts.get(connection) ?? 0) + 1);
  }
  expect([...counts.values()]).toEqual([2, 2, 2]);
  for (const asked of server.asked) asked.answer(0, new Uint8Array([asked.offset]));
  expect(await Promise.all(reads)).toEqual([0, 1, 2, 3, 4, 5].map((i) => new Uint8Array([i])));
  await client.close();
  expect(server.disconnects).toBe(3);
});

it('a writable export without CAN_MULTI_CONN gets one connection; a read-only one gets all', async () => {
  const server = await scriptedServer();
  const writable = await connect(server.uri, { connections: 3 });
  await writable.close();
  expect(server.connections).toBe(1);
  server.flags |= TransmissionFlag.READ_ONLY;
  const readOnly = await connect(server.uri, { connections: 3 });
  await expect.poll(() => readOnly.connections).toBe(3);
  await readOnly.close();
});

it('a flush waits for the writes on all connections, and is one request (K-033)', async () => {
  const server = await scriptedServer();
  server.flags |= TransmissionFlag.CAN_MULTI_CONN;
  const client = await connect(server.uri, { connections: 2 });
  await expect.poll(() => client.connections).toBe(2);
  const done: string[] = [];
  const writes = [0, 1].map((i) =>
    client.write(new Uint8Array(1), i).then(() => done.push('write')),
  );
  const flush = client.flush().then(() => done.push('flush'));
  await server.until(() => server.asked.length === 2);
  expect(new Set(server.asked.map(({ connection }) => connection)).size).toBe(2);
  (await server.next()).answer();
  await writes[0];
  (await server.next()).answer();
  const asked = await server.next();
  expect(asked.type).toBe(Command.FLUSH);
  asked.answer();
  await flush;
  expect(done).toEqual(['write', 'write', 'flush']);
  expect(server.asked).toEqual([]);
  await client.close();
});

it('one that is lost takes only its own requests with it', async () => {
  const server = await scriptedServer();
  server.flags |= TransmissionFlag.CAN_MULTI_CONN;
  const client = await connect(server.uri, { connections: 2 });
  await expect.poll(() => client.connections).toBe(2);
  const reads = [client.read(0, 1), client.read(1, 1)];
  await server.until(() => server.asked.length === 2);
  const [first, second] = server.asked;
  first?.cut();
  await expect(reads[0]).rejects.toMatchObject({ code: 'ECONNRESET' });
  second?.answer(0, new Uint8Array([9]));
  expect(await reads[1]).toEqual(new Uint8Array([9]));
  expect(client.connections).toBe(1);
  expect(client.ended).toBeUndefined();
  await client.close();
});
