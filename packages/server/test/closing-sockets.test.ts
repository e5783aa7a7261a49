/** How single connections begin and end. Spec: "NBD_OPT_ABORT", "NBD_CMD_DISC". */
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Option, OptionReply } from '@nbd/codec';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { clientFlags, content, disconnect, go, option, read, write } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { shortenPatience } from './patience.ts';
import { allGone, READS, serving, temporaryFolder } from './serving.ts';
import { dial, enter, firstAddress, haggle, meanwhile } from './socket-client.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const TRANSPORTS = ['TCP', 'Unix'] as const;
const cases = READS.flatMap((reads) => TRANSPORTS.map((transport) => ({ reads, transport })));

describe.each(cases)('$transport, reads: $reads', ({ reads, transport }) => {
  const options = (): { readonly reads: 'shared' | 'own'; readonly listen: string } => ({
    reads,
    listen:
      transport === 'TCP'
        ? 'nbd://127.0.0.1:0'
        : `nbd+unix:///?socket=${join(temporaryFolder(), 'nbd.sock')}`,
  });

  test('C-001 S-35 small replies are sent without delay', async () => {
    const setNoDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
    const server = await serving(options());
    await haggle(server);
    expect(setNoDelay).toHaveBeenCalledExactlyOnceWith(true);
    const socket = setNoDelay.mock.contexts[0] as Socket;
    // The socket that the bytes go through, not one that it was made from.
    expect(socket.bytesWritten).toBe(18);
  });

  test('C-007 C-004 a client that sends FIN with requests pending hears their replies, then the end', async () => {
    const disk = new HeldDisk();
    disk.bytes.set(content(8192));
    const server = await serving({ ...options(), exports: { disk } });
    const client = await enter(server);
    client.says(read(0, 4096, 1), read(4096, 4096, 2));
    await client.leavesAll();
    await meanwhile(server);
    await disk.holds(2);
    disk.letGo();
    const replies = [await client.hearsReply(4096), await client.hearsReply(4096)];
    expect(replies.map(({ cookie }) => cookie)).toEqual([1, 2]);
    expect(replies[1]?.data).toEqual(content(8192).subarray(4096));
    expect(await client.hearsRest()).toHaveLength(0);
    await client.closed;
    expect(client.error).toBeUndefined();
    await allGone(server, 2);
  });

  test('C-007 C-280 after DISC and FIN, what was in flight is still answered', async () => {
    const disk = new HeldDisk();
    const server = await serving({ ...options(), exports: { disk } });
    const client = await enter(server);
    client.says(write(0, content(512), 7), disconnect());
    await client.leavesAll();
    await meanwhile(server);
    await disk.holds(1);
    disk.letGo();
    expect(await client.hearsReply()).toMatchObject({ error: 0, cookie: 7 });
    expect(await client.hearsRest()).toHaveLength(0);
    expect(disk.bytes.subarray(0, 512)).toEqual(content(512));
  });

  test('C-007 the acknowledgement of ABORT reaches a client that has sent its FIN', async () => {
    const server = await serving(options());
    const client = await haggle(server);
    client.says(option(Option.ABORT));
    client.leaves();
    expect(await client.hearsOptionReply()).toMatchObject({ type: OptionReply.ACK });
    expect(await client.hearsRest()).toHaveLength(0);
    await client.closed;
    expect(client.error).toBeUndefined();
  });

  test('C-012 C-061 E-52 the acknowledgement of an ABORT with data, and much behind it, is not lost', async () => {
    const server = await serving(options());
    const client = await haggle(server);
    client.says(option(Option.ABORT, content(3000)), content(2 ** 20));
    expect(await client.hearsOptionReply()).toEqual({
      option: Option.ABORT,
      type: OptionReply.ACK,
      data: new Uint8Array(0),
    });
    expect(await client.hearsRest()).toHaveLength(0);
    await client.closed;
    expect(client.error).toBeUndefined();
  });

  test('E-20 a client that breaks the protocol and waits is hung up on at once', async () => {
    const server = await serving(options());
    const client = await haggle(server);
    client.says(new Uint8Array(16).fill(0x5a));
    expect(await client.hearsRest()).toHaveLength(0);
    await client.closed;
    await allGone(server, 1);
  });

  test('C-012 C-281 replies to requests before a DISC are not lost for what comes after it', async () => {
    const disk = new HeldDisk();
    const server = await serving({ ...options(), exports: { disk } });
    const client = await enter(server);
    client.says(read(0, 2 ** 18, 3), disconnect(), content(2 ** 20));
    await disk.holds(1);
    disk.letGo();
    expect(await client.hearsReply(2 ** 18)).toMatchObject({ error: 0, cookie: 3 });
    expect(await client.hearsRest()).toHaveLength(0);
    await client.closed;
    expect(client.error).toBeUndefined();
  });

  test('C-012 a client that neither reads its last reply nor closes is closed after a while', async () => {
    shortenPatience();
    const server = await serving(options());
    const client = await enter(server);
    client.socket.pause();
    // More than the kernel takes, and no more than a session leaves unsent: it goes on to the DISC.
    client.says(read(0, 2 ** 19 - 4096), disconnect());
    await allGone(server, 1);
    expect(client.socket.destroyed).toBe(false);
    client.resets();
  });

  test('C-007 C-280 a client that reads its last reply slowly and steadily gets all of it', async () => {
    shortenPatience();
    const disk = new HeldDisk();
    const server = await serving({ ...options(), exports: { disk } });
    const length = disk.size;
    const client = await enter(server);
    client.socket.pause();
    client.says(...[1, 2, 3, 4].map((cookie) => read(0, length, cookie)), disconnect());
    await disk.holds(4);
    const whole = client.hearsRest();
    disk.letGo();
    // Opens for a moment in each tenth of a patience, for several patiences together.
    const reading = setInterval(() => {
      client.socket.resume();
      setImmediate(() => client.socket.pause());
    }, 5);
    onTestFinished(() => clearInterval(reading));
    expect(await whole).toHaveLength(4 * (16 + length));
  });

  test('C-012 a client that goes on talking after its DISC is closed after a while too', async () => {
    shortenPatience();
    const server = await serving(options());
    const client = await enter(server);
    client.socket.allowHalfOpen = true;
    client.says(disconnect());
    await client.hearsRest();
    const talk = setInterval(() => client.says(Uint8Array.of(0)), 5);
    onTestFinished(() => {
      clearInterval(talk);
      client.resets();
    });
    await allGone(server, 1);
    expect(server.counters.connections.open).toBe(0);
  }, 2000);

  test('C-003 a conversation in single bytes is answered as one in a single piece', async () => {
    const script = [clientFlags(), go('disk'), write(512, content(64), 1), read(500, 100, 2)];
    const server = await serving(options());
    const whole = await dial(firstAddress(server));
    whole.says(...script, disconnect());
    const expected = await whole.hearsRest();
    const single = await dial(firstAddress(server));
    for (const part of script) for (const byte of part) await single.saysAll(Uint8Array.of(byte));
    single.says(disconnect());
    expect(await single.hearsRest()).toEqual(expected);
    expect(expected.subarray(-100)).toEqual(
      Uint8Array.from({ length: 100 }, (_, i) => content(64)[i - 12] ?? 0),
    );
  });
});
