/** Requests: in pieces, side by side, failing, given up. */
import { Command, CommandFlag, ErrorCode, TransmissionFlag } from '@nbd/codec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../src/index.ts';
import { scriptedServer } from './scripted-server.ts';

/** Lets everything that can happen by itself happen. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('pieces (K-018)', () => {
  it('a READ and a WRITE are as large as the server says, whole blocks, and the ends fit', async () => {
    const server = await scriptedServer();
    server.blockSize = [512, 4096, 8192];
    const client = await connect(server.uri);
    const source = Uint8Array.from({ length: 20_480 }, (_, i) => i % 251);
    const write = client.write(source, 512);
    const expected = [
      [512, 8192],
      [8704, 8192],
      [16_896, 4096],
    ];
    await server.until(() => server.asked.length === 3);
    expect(server.asked.map(({ offset, length }) => [offset, length])).toEqual(expected);
    expect(Buffer.concat(server.asked.map(({ payload }) => payload))).toEqual(Buffer.from(source));
    for (const { answer } of server.asked.splice(0)) answer();
    await write;
    const read = client.read(512, source.length);
    await server.until(() => server.asked.length === 3);
    // Any order will do.
    for (const { offset, length, answer } of server.asked.splice(0).toReversed()) {
      answer(0, source.subarray(offset - 512, offset - 512 + length));
    }
    expect(await read).toEqual(source);
    await client.close();
  });

  it('a TRIM and a WRITE_ZEROES without 64-bit lengths are below 4 GiB', async () => {
    const server = await scriptedServer();
    server.size = 10 * 2 ** 30;
    server.blockSize = [4096, 4096, 2 ** 20];
    const client = await connect(server.uri);
    const zero = client.zero(4096, 9 * 2 ** 30, { fua: true, noHole: true });
    await server.until(() => server.asked.length === 3);
    const most = 2 ** 32 - 65_536;
    expect(server.asked.map(({ offset, length }) => [offset, length])).toEqual([
      [4096, most],
      [4096 + most, most],
      [4096 + 2 * most, 9 * 2 ** 30 - 2 * most],
    ]);
    expect(server.asked[0]?.flags).toBe(CommandFlag.FUA | CommandFlag.NO_HOLE);
    for (const { answer } of server.asked.splice(0)) answer();
    await zero;
    await client.close();
  });

  it('of one that fails the first failure is told, after all of them are over', async () => {
    const server = await scriptedServer();
    server.blockSize = [1, 512, 512];
    const client = await connect(server.uri);
    let over = false;
    const read = client.read(0, 1536).finally(() => (over = true));
    read.catch(() => undefined);
    await server.until(() => server.asked.length === 3);
    const [first, second, third] = server.asked;
    second?.answer(ErrorCode.EIO);
    first?.answer(0, new Uint8Array(512));
    await client.cache(0, 0).catch(() => undefined);
    await turn();
    expect(over).toBe(false);
    third?.answer(ErrorCode.EINVAL);
    await expect(read).rejects.toMatchObject({ code: 'EIO', offset: 512 });
    await client.close();
  });

  it('nothing is sent for nothing', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    expect(await client.read(0, 0)).toEqual(new Uint8Array(0));
    await client.write(new Uint8Array(0), 0);
    expect(server.asked).toEqual([]);
    await client.close();
  });
});

describe('what the export does not offer is not sent (K-019)', () => {
  it('misaligned and outside: RangeError', async () => {
    const server = await scriptedServer();
    server.blockSize = [512, 4096, 2 ** 20];
    const client = await connect(server.uri);
    await expect(client.read(1, 512)).rejects.toThrow(RangeError);
    await expect(client.write(new Uint8Array(100), 0)).rejects.toThrow('minimum block size, 512');
    await expect(client.zero(2 ** 20, 512)).rejects.toThrow('inside the export');
    expect(server.asked).toEqual([]);
    await client.close();
  });

  it('capabilities: ENOTSUP, and EPERM for a change of a read-only export', async () => {
    const server = await scriptedServer();
    server.flags = TransmissionFlag.HAS_FLAGS;
    const client = await connect(server.uri);
    const unsupported = { code: 'ENOTSUP' };
    await expect(client.trim(0, 1)).rejects.toMatchObject(unsupported);
    await expect(client.zero(0, 1)).rejects.toMatchObject(unsupported);
    await expect(client.cache(0, 1)).rejects.toMatchObject(unsupported);
    await expect(client.resize(1)).rejects.toMatchObject(unsupported);
    await expect(client.write(new Uint8Array(1), 0, { fua: true })).rejects.toMatchObject(
      unsupported,
    );
    await expect(client.extents().next()).rejects.toMatchObject(unsupported);
    await client.flush();
    expect(server.asked).toEqual([]);
    await client.close();
    server.flags |= TransmissionFlag.READ_ONLY;
    const readOnly = await connect(server.uri);
    await expect(readOnly.write(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EPERM' });
    await readOnly.close();
  });
});

describe('side by side', () => {
  it('replies come in any order, and a request that fails harms no other (K-020)', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    const reads = [0, 1, 2].map((i) => client.read(i, 1));
    await server.until(() => server.asked.length === 3);
    const [first, second, third] = server.asked;
    third?.answer(0, new Uint8Array([3]));
    second?.answer(ErrorCode.ENOMEM);
    first?.answer(0, new Uint8Array([1]));
    expect(await reads[0]).toEqual(new Uint8Array([1]));
    await expect(reads[1]).rejects.toMatchObject({
      code: 'ENOMEM',
      offset: 1,
      message: 'the server answered ENOMEM',
    });
    expect(await reads[2]).toEqual(new Uint8Array([3]));
    await client.close();
  });

  it('no more are in flight than the caller wants, in number and in bytes', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { requestsMax: 2, bytesMax: 100 });
    const reads = [60, 60, 1, 1].map((length) => client.read(0, length));
    const inFlight: number[] = [];
    for (const length of [60, 60, 1, 1]) {
      const asked = await server.next();
      await turn();
      inFlight.push(1 + server.asked.length);
      expect(asked.length).toBe(length);
      asked.answer(0, new Uint8Array(length));
    }
    await Promise.all(reads);
    expect(Math.max(...inFlight)).toBeLessThanOrEqual(2);
    expect(inFlight[0]).toBe(1);
    await client.close();
  });
});

describe('signals', () => {
  it('an aborted request rejects at once, and its late reply harms nobody', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    const controller = new AbortController();
    const target = new Uint8Array(4);
    const read = client.readInto(target, 0, { signal: controller.signal });
    const asked = await server.next();
    controller.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
    asked.answer(0, new Uint8Array([1, 2, 3, 4]));
    const next = client.read(8, 2);
    (await server.next()).answer(0, new Uint8Array([5, 6]));
    expect(await next).toEqual(new Uint8Array([5, 6]));
    expect(target).toEqual(new Uint8Array(4));
    await client.close();
  });

  it('one that was not sent never is, and one that is aborted beforehand neither', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { requestsMax: 1 });
    const controller = new AbortController();
    const first = client.read(0, 1);
    const second = client.write(new Uint8Array(1), 0, { signal: controller.signal });
    const third = client.trim(0, 1, { signal: AbortSignal.abort(new Error('late')) });
    await expect(third).rejects.toThrow('late');
    const asked = await server.next();
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    asked.answer(0, new Uint8Array(1));
    await first;
    await client.close();
    expect(server.asked).toEqual([]);
  });

  it('one may be shared by many requests, of which Node does not warn', async () => {
    const warnings: Error[] = [];
    const heed = (warning: Error): void => void warnings.push(warning);
    process.on('warning', heed);
    onTestFinished(() => void process.off('warning', heed));
    const server = await scriptedServer();
    const client = await connect(server.uri, { requestsMax: 20 });
    const { signal } = new AbortController();
    const reads = Array.from({ length: 40 }, (_, i) => client.read(i, 1, { signal }));
    for (const _ of reads) (await server.next()).answer(0, new Uint8Array(1));
    await Promise.all(reads);
    await client.close();
    expect(warnings).toEqual([]);
  });

  it('the bytes of a write with a signal are the client’s own', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    const source = Buffer.of(1, 2, 3); // whose slice is no copy
    const write = client.write(source, 0, { signal: new AbortController().signal });
    source.fill(9);
    const asked = await server.next();
    expect(asked).toMatchObject({ type: Command.WRITE });
    expect([...asked.payload]).toEqual([1, 2, 3]);
    asked.answer();
    await write;
    await client.close();
  });
});

describe('close (K-034)', () => {
  it('waits for what was asked before, also for what was not sent; later requests fail', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { requestsMax: 1 });
    const reads = [client.read(0, 1), client.read(1, 1)];
    const closing = client.close();
    await expect(client.read(0, 1)).rejects.toMatchObject({ code: 'ESHUTDOWN' });
    for (const value of [1, 2]) (await server.next()).answer(0, new Uint8Array([value]));
    expect(await Promise.all(reads)).toEqual([new Uint8Array([1]), new Uint8Array([2])]);
    await closing;
    expect(server.disconnects).toBe(1);
    expect(client.ended).toMatchObject({ code: 'ESHUTDOWN' });
    expect(client.close()).toBe(closing);
  });

  it('with its signal aborted it waits for nobody', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    const read = client.read(0, 1).catch((error: unknown) => error);
    await server.next();
    await client.close({ signal: AbortSignal.abort() });
    expect(await read).toMatchObject({ code: 'ECONNRESET' });
  });

  it('can be cut by a later call, when the server does not answer', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri);
    const read = client.read(0, 1).catch((error: unknown) => error);
    await server.next();
    const closing = client.close();
    const controller = new AbortController();
    expect(client.close({ signal: controller.signal })).toBe(closing);
    controller.abort();
    await closing;
    expect(await read).toMatchObject({ code: 'ECONNRESET' });
  });
});
