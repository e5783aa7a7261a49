/** The end of a server. Spec: "Terminating the transmission phase", "NBD_REP_ERR_SHUTDOWN", "NBD_ESHUTDOWN". */
import { EventEmitter, once } from 'node:events';
import { ErrorCode, Option, OptionReply } from '@nbd/codec';
import type { Awaitable, Driver } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import { content, go, option, read, write } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { READS, recordingLog, serving, TCP } from './serving.ts';
import { dial, enter, firstAddress, haggle } from './socket-client.ts';

const { ESHUTDOWN, OK } = ErrorCode;

describe.each(READS)('reads: %s', (reads) => {
  async function held(
    options: { readonly shutdownTimeout?: number; readonly listen?: string } = {},
  ): Promise<{ server: Server; disk: HeldDisk }> {
    const disk = new HeldDisk();
    disk.bytes.set(content(4096));
    const server = await serving({ reads, exports: { disk }, ...options });
    return { server, disk };
  }

  test('C-282 S-32 what is in flight is answered, and what comes after is told ESHUTDOWN', async () => {
    const { server, disk } = await held();
    const client = await enter(server);
    client.says(read(0, 4096, 1));
    await disk.holds(1);
    const closing = server.close();
    client.says(read(0, 4096, 2), write(0, new Uint8Array(70_000), 3));
    expect(await client.hearsReply()).toMatchObject({ error: ESHUTDOWN, cookie: 2 });
    expect(await client.hearsReply()).toMatchObject({ error: ESHUTDOWN, cookie: 3 });
    expect(disk.closed).toBe(0);
    disk.letGo();
    expect(await client.hearsReply(4096)).toEqual({ error: OK, cookie: 1, data: content(4096) });
    expect(await client.hearsRest()).toHaveLength(0);
    expect(await closing).toEqual({ cut: 0 });
    expect(disk.closed).toBe(1);
  });

  test('C-283 a write whose payload is half here is still carried out', async () => {
    const { server, disk } = await held();
    const client = await enter(server);
    const whole = write(8192, content(5000, 3), 1);
    client.says(read(0, 1, 9), whole.subarray(0, 1000));
    await disk.holds(1);
    const closing = server.close();
    client.says(whole.subarray(1000));
    await disk.holds(2);
    disk.letGo();
    expect(await client.hearsReply(1)).toMatchObject({ error: OK, cookie: 9 });
    expect(await client.hearsReply()).toMatchObject({ error: OK, cookie: 1 });
    expect(await closing).toEqual({ cut: 0 });
    expect(disk.bytes.subarray(8192, 13_192)).toEqual(content(5000, 3));
  });

  test('C-054 C-282 C-285 E-34 a client that haggles is told ERR_SHUTDOWN, whatever it asks', async () => {
    const { server } = await held();
    const silent = await dial(firstAddress(server));
    const client = await haggle(server);
    const closing = server.close();
    client.says(option(Option.LIST), go('disk'));
    expect(await client.hearsOptionReply()).toMatchObject({
      option: Option.LIST,
      type: OptionReply.ERR_SHUTDOWN,
    });
    expect(await client.hearsOptionReply()).toMatchObject({
      option: Option.GO,
      type: OptionReply.ERR_SHUTDOWN,
    });
    expect(await client.hearsRest()).toHaveLength(0);
    expect(await silent.hearsRest()).toHaveLength(18);
    expect(await closing).toEqual({ cut: 0 });
  });

  test('C-282 idle clients are left long before the deadline', async () => {
    const { server } = await held({ shutdownTimeout: 2 ** 30 });
    const clients = [await enter(server), await enter(server)];
    const closing = server.close();
    for (const client of clients) expect(await client.hearsRest()).toHaveLength(0);
    expect(await closing).toEqual({ cut: 0 });
  });

  test('a server without clients is closed at once', async () => {
    const { server, disk } = await held({ shutdownTimeout: 2 ** 30 });
    expect(await server.close()).toEqual({ cut: 0 });
    expect(disk.closed).toBe(1);
  });

  test('newcomers are refused by the kernel', async () => {
    const { server, disk } = await held({ listen: TCP });
    const client = await enter(server);
    client.says(read(0, 1));
    await disk.holds(1);
    const address = firstAddress(server);
    const closing = server.close();
    await expect(dial(address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    disk.letGo();
    await closing;
  });

  test.each<
    [what: string, shutdownTimeout: number, close: (server: Server) => ReturnType<Server['close']>]
  >([
    ['of the server', 50, (server) => server.close()],
    ['of the call', 2 ** 30, (server) => server.close({ timeout: 50 })],
    ['of 0', 2 ** 30, (server) => server.close({ timeout: 0 })],
  ])(
    'C-282 the deadline %s cuts what is still in flight, and says how many',
    async (_, shutdownTimeout, close) => {
      const { server, disk } = await held({ shutdownTimeout });
      const clients = [await enter(server), await enter(server)];
      for (const client of clients) client.says(read(0, 4096));
      const idle = await enter(server);
      await disk.holds(2);
      const over = once(server, 'disconnect');
      const report = await close(server);
      expect(report.cut).toBeGreaterThanOrEqual(2);
      for (const client of [...clients, idle]) expect(await client.hearsRest()).toHaveLength(0);
      disk.letGo();
      await over;
      expect(disk.closed).toBe(1);
    },
  );

  test('S-03 a client that has vanished is not waited for', async () => {
    const { server } = await held({ shutdownTimeout: 2 ** 30 });
    const client = await enter(server);
    client.resets();
    await client.closed;
    expect(await server.close()).toEqual({ cut: 0 });
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
    'a timeout of %s, which no timer can keep, is refused, and the server goes on',
    async (timeout) => {
      const { server } = await held();
      await expect(server.close({ timeout })).rejects.toThrow(RangeError);
      expect(server.ready).toBe(true);
    },
  );

  test('closing twice closes once, and answers the same', async () => {
    const { server, disk } = await held();
    const client = await enter(server);
    client.says(read(0, 1));
    await disk.holds(1);
    expect(server.ready).toBe(true);
    const closing = server.close();
    expect(server.ready).toBe(false);
    const again = server.close({ timeout: 0 });
    disk.letGo();
    expect(await again).toBe(await closing);
    expect(await server.close()).toBe(await closing);
    expect(disk.closed).toBe(1);
  });

  test('a closed server still says where it was and what it did', async () => {
    const { server, disk } = await held();
    const { uris } = server;
    const client = await enter(server);
    client.says(read(0, 100));
    await disk.holds(1);
    disk.letGo();
    await client.hearsReply(100);
    await server.close();
    expect(server.uris).toEqual(uris);
    expect(server.counters).toMatchObject({ bytesRead: 100, connections: { open: 0, total: 1 } });
  });
});

test('C-283 a client whose WRITE was refused and still goes by does not hold up the end', async () => {
  const server = await serving();
  const client = await enter(server);
  const closing = server.close();
  client.says(write(0, new Uint8Array(70_000), 1).subarray(0, 1000));
  expect(await closing).toEqual({ cut: 0 });
});

const neverFlushing: Driver = {
  size: 512,
  read: (target) => void target.fill(0),
  write: () => undefined,
  flush: () => new Promise(() => undefined),
};

test.each<[string, replies: number, disk: () => Awaitable<Driver>]>([
  ['opens', 0, () => new Promise(() => undefined)],
  ['flushes', 2, () => neverFlushing],
])('a disk that never %s does not hold up the end for ever', async (_, replies, disk) => {
  const { log, lines } = recordingLog();
  const asks = new EventEmitter();
  const asked = once(asks, 'asked');
  const opened = (): Awaitable<Driver> => {
    asks.emit('asked');
    return disk();
  };
  const server = await serving({ log, exports: { disk: opened } });
  const client = await haggle(server);
  client.says(go('disk'));
  await asked;
  for (let i = 0; i < replies; i++) await client.hearsOptionReply();
  await server.close({ timeout: 0 });
  expect(lines).toContainEqual({
    level: 'error',
    fields: { millis: 1000 },
    message: 'the exports did not close in time',
  });
});

/** How many listeners the process has, for each event that a server might be tempted by. */
function processListeners(): Readonly<Record<string, number>> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'];
  const ends = ['exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'warning'];
  return Object.fromEntries(
    [...signals, ...ends].map((event) => [event, process.listenerCount(event)]),
  );
}

test('S-39 a server installs no handlers on the process', async () => {
  const before = processListeners();
  const server = await serving();
  await enter(server);
  expect(processListeners()).toEqual(before);
  await server.close();
  expect(processListeners()).toEqual(before);
});
