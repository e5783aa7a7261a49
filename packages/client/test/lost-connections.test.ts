/** What becomes of requests when connections are lost, and how a client comes back. */
import { Command } from '@nbd/codec';
import { describe, expect, it } from 'vitest';
import { connect, type ReconnectAttempt, type ReconnectPolicy } from '../src/index.ts';
import { type ScriptedServer, scriptedServer } from './scripted-server.ts';

const AT_ONCE: ReconnectPolicy = { attempts: 3, delay: 0 };
const CHANGES: ReconnectPolicy = { ...AT_ONCE, retry: 'changes' };

describe('without a policy', () => {
  it('all that was in flight fails exactly once, and so does what comes later (K-032, K-035)', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    let settled = 0;
    const failures = [
      client.read(0, 512),
      client.write(new Uint8Array(512), 512),
      client.flush(),
    ].map((request) => request.finally(() => settled++).catch((error: unknown) => error));
    await server.until(() => server.asked.length === 2);
    server.cut();
    for (const failure of failures) {
      expect(await failure).toMatchObject({ name: 'NbdError', code: 'ECONNRESET' });
    }
    expect(settled).toBe(3);
    expect(client.connections).toBe(0);
    expect(client.ended).toMatchObject({ code: 'ECONNRESET' });
    await expect(client.read(0, 1)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await client.close();
  });

  it('the same holds in the middle of a reply (K-035)', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    const read = client.read(4096, 512);
    (await server.next()).answer(0, new Uint8Array(100));
    server.cut();
    await expect(read).rejects.toMatchObject({ code: 'ECONNRESET', offset: 4096 });
    await client.close();
  });
});

describe('with a policy', () => {
  it('a read is sent again, and fills what it was to fill', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: AT_ONCE });
    const read = client.read(8, 4);
    await server.next();
    server.cut();
    const again = await server.next();
    expect(again).toMatchObject({ type: Command.READ, offset: 8, length: 4, connection: 1 });
    again.answer(0, new Uint8Array([1, 2, 3, 4]));
    expect(await read).toEqual(new Uint8Array([1, 2, 3, 4]));
    await client.close();
  });

  it('a change is not, and neither is a flush', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: AT_ONCE });
    const trim = client.trim(0, 512);
    await server.next();
    server.cut();
    await expect(trim).rejects.toMatchObject({ code: 'ECONNRESET' });
    const flush = client.flush();
    expect((await server.next()).type).toBe(Command.FLUSH);
    server.cut();
    await expect(flush).rejects.toMatchObject({ code: 'ECONNRESET' });
    await client.close();
  });

  it('a change is sent again if the policy says so, with the same bytes', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: CHANGES });
    const write = client.write(new Uint8Array([7, 8]), 5);
    await server.next();
    server.cut();
    const again = await server.next();
    expect(again).toMatchObject({ type: Command.WRITE, offset: 5, connection: 1 });
    expect([...again.payload]).toEqual([7, 8]);
    again.answer();
    await write;
    await client.close();
  });

  it('but not over an overlapping change that was asked for later and is answered', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: CHANGES });
    const first = client.write(new Uint8Array(10), 0);
    const apart = client.zero(10, 10);
    const later = client.write(new Uint8Array(5), 5);
    await server.until(() => server.asked.length === 3);
    server.asked[2]?.answer();
    await later;
    server.cut();
    await expect(first).rejects.toMatchObject({ code: 'ECONNRESET' });
    const again = await server.next();
    expect(again).toMatchObject({ type: Command.WRITE_ZEROES, offset: 10 });
    again.answer();
    await apart;
    await client.close();
  });

  it('the first flush after it rejects when answered changes may be lost; the next does not', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: AT_ONCE });
    const write = client.write(new Uint8Array(4), 0);
    (await server.next()).answer();
    await write;
    server.cut();
    await server.until(() => server.connections === 2);
    await expect(client.flush()).rejects.toMatchObject({
      code: 'ECONNRESET',
      message: expect.stringContaining('since the last flush'),
    });
    const flush = client.flush();
    (await server.next()).answer();
    await flush;
    await client.close();
  });

  it('every flush that was asked for before that is told rejects, since each has changes of its own', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: AT_ONCE });
    const write = client.write(new Uint8Array(4), 0);
    (await server.next()).answer();
    await write;
    server.cut();
    await server.until(() => server.connections === 2);
    for (const flush of [client.flush(), client.flush()]) {
      await expect(flush).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
    await expect(Promise.all([client.flush(), answerNext(server)])).resolves.toBeDefined();
    await client.close();
  });

  it('what is flushed, or written with FUA, is not in doubt', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: AT_ONCE });
    await Promise.all([client.write(new Uint8Array(4), 0), answerNext(server)]);
    await Promise.all([client.flush(), answerNext(server)]);
    await Promise.all([client.write(new Uint8Array(4), 0, { fua: true }), answerNext(server)]);
    server.cut();
    await server.until(() => server.connections === 2);
    await expect(Promise.all([client.flush(), answerNext(server)])).resolves.toBeDefined();
    await client.close();
  });

  it.each<[string, (server: ScriptedServer) => void]>([
    ['its size: 1048576 before, 512 now', (server) => (server.size = 512)],
    ['its flags', (server) => (server.flags |= 2)],
    ['its block sizes: none before', (server) => (server.blockSize = [512, 4096, 2 ** 20])],
  ])('an export that has changed ends the client with ESTALE: %s', async (text, change) => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: AT_ONCE });
    const read = client.read(0, 4);
    await server.next();
    change(server);
    server.cut();
    await expect(read).rejects.toMatchObject({
      code: 'ESTALE',
      message: expect.stringContaining(text),
    });
    expect(client.ended).toMatchObject({ code: 'ESTALE' });
    await client.close();
  });

  it('a server that stays away is tried so often and so late, and then the client has ended', async () => {
    const server = await scriptedServer();
    const attempts: ReconnectAttempt[] = [];
    const client = await connect(server.uri, {
      reconnect: {
        attempts: 4,
        delay: 1,
        delayMax: 3,
        onRetry: (attempt) => attempts.push(attempt),
      },
    });
    const read = client.read(0, 4);
    await server.next();
    server.stop();
    await expect(read).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempts.map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 3],
    ]);
    expect(attempts[1]?.error).toMatchObject({ code: 'ECONNREFUSED' });
    await expect(client.flush()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await client.close();
  });

  it('a request that brings the server down each time is not sent for ever', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: { attempts: 2, delay: 0 } });
    const read = client.read(0, 4).catch((error: unknown) => error);
    for (let times = 0; times < 3; times++) {
      await server.next();
      server.cut();
    }
    expect(await read).toMatchObject({ code: 'ECONNRESET' });
    await client.close();
  });

  it('a request that is given up while the server is away is not sent when it is back', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: AT_ONCE });
    const controller = new AbortController();
    const first = client.read(0, 4, { signal: controller.signal });
    await server.next();
    server.greets = false;
    server.cut();
    await server.until(() => server.connections === 2);
    const second = client.trim(0, 4, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await expect(second).rejects.toThrow('enough');
    server.greets = true;
    server.cut();
    const third = client.read(4, 1);
    expect(await server.next()).toMatchObject({ type: Command.READ, offset: 4, connection: 2 });
    server.cut();
    (await server.next()).answer(0, new Uint8Array([1]));
    expect(await third).toEqual(new Uint8Array([1]));
    await client.close();
  });

  it('close gives up what waits for a server that is away', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { reconnect: { attempts: 9, delay: 100_000 } });
    const read = client.read(0, 4).catch((error: unknown) => error);
    await server.next();
    server.cut();
    await expect.poll(() => client.connections).toBe(0);
    await client.close();
    expect(await read).toMatchObject({ code: 'ESHUTDOWN' });
  });
});

async function answerNext(server: ScriptedServer): Promise<void> {
  (await server.next()).answer();
}
