import { describe, expect, it } from 'vitest';
import type { S3Attempt } from '../src/index.ts';
import {
  answer,
  cut,
  cutBehind,
  fault,
  object,
  ScriptedServer,
  silence,
} from './scripted-server.ts';
import { bytes, storeAt } from './store-at.ts';

const STORED = answer(200, { etag: '"v2"' });

describe('a call that fails for now', () => {
  it.each([
    ['a cut connection', cut],
    ['an answer that is cut in its body', cutBehind('hel')],
    ['SlowDown', fault(503, 'SlowDown')],
    ['a fault inside', fault(500, 'InternalError')],
    ['a proxy without words', answer(502, {}, '<html>Bad Gateway')],
    ['a gateway in time-out', answer(504)],
    ['too many requests', answer(429)],
    ['a request that the store found slow', fault(400, 'RequestTimeout')],
  ])('is made again after %s', async (_name, failure) => {
    await using server = await ScriptedServer.start(failure, failure, object('hello'));
    const attempts: S3Attempt[] = [];
    const { store, clock } = storeAt([server.endpoint], {
      onAttempt: (attempt) => attempts.push(attempt),
    });
    const target = new Uint8Array(5);
    expect(await store.get('a', { target })).toMatchObject({ bytes: bytes('hello'), etag: 'v1' });
    expect(clock.delays).toEqual([150, 250]);
    expect(attempts.map(({ attempt, retry }) => [attempt, retry !== undefined])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
    await store.close();
  });

  it('sends the same bytes each time, all parts of them', async () => {
    await using server = await ScriptedServer.start(cut, fault(503, 'SlowDown'), STORED);
    const { store } = storeAt([server.endpoint]);
    const parts = [bytes('one, '), bytes(''), bytes('two')];
    expect(await store.put('a', parts, { crc32: 255 })).toEqual({ etag: 'v2' });
    expect(server.seen.map(({ body }) => String(body))).toEqual(Array(3).fill('one, two'));
    expect(server.seen.map(({ headers }) => headers['x-amz-meta-crc32'])).toEqual(
      Array(3).fill('000000ff'),
    );
    await store.close();
  });

  it('is over after a minute, unreachable if the store did nothing', async () => {
    await using server = await ScriptedServer.start(fault(503, 'SlowDown'));
    const { store } = storeAt([server.endpoint]);
    await expect(store.put('a', [bytes('x')])).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(
        /^put s3:\/\/bucket\/p\/a: no answer in 60 s, the last of \d+ requests: 503 SlowDown$/,
      ),
    });
    expect(server.seen.length).toBeGreaterThan(15);
    await store.close();
  });

  it('is ambiguous if it changes something and one of its requests had no answer', async () => {
    await using server = await ScriptedServer.start(cut, fault(503, 'SlowDown'));
    const { store } = storeAt([server.endpoint]);
    await expect(store.put('a', [bytes('x')])).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(store.delete('a')).rejects.toMatchObject({ code: 'unreachable' });
    await store.close();
  });

  it('is unreachable without a server', async () => {
    const server = await ScriptedServer.start(silence);
    const { store } = storeAt([server.endpoint]);
    await server[Symbol.asyncDispose]();
    await expect(store.put('a', [bytes('x')])).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await store.close();
  });
});

describe('a deadline', () => {
  it('ends a request that is not answered, and another one is made', async () => {
    await using server = await ScriptedServer.start(silence, object('hello'));
    const { store, clock } = storeAt([server.endpoint]);
    const reading = store.get('a');
    await server.untilSeen(1);
    clock.advance(9999);
    clock.advance(1);
    expect((await reading)?.bytes).toEqual(bytes('hello'));
    await store.close();
  });

  it('ends a request whose answer comes in drops', async () => {
    await using server = await ScriptedServer.start((response) => {
      response.writeHead(200, { etag: '"v1"', 'content-length': 5 });
      response.write('hel');
    }, object('HELLO'));
    const { store, clock } = storeAt([server.endpoint]);
    const target = new Uint8Array(5);
    const reading = store.get('a', { target });
    await server.untilSeen(1);
    while (target[2] === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
    expect((await reading)?.bytes).toEqual(bytes('HELLO'));
    await store.close();
  });

  it('is longer for a removal of many, which some gateways do one by one', async () => {
    const removed = answer(200, {}, '<DeleteResult></DeleteResult>');
    await using server = await ScriptedServer.start(silence, removed);
    const { store, clock } = storeAt([server.endpoint]);
    const keys = Array.from({ length: 1000 }, (_, index) => `k${index}`);
    const removing = store.deleteMany(keys);
    await server.untilSeen(1);
    clock.advance(49_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.seen).toHaveLength(1);
    clock.advance(1);
    expect(await removing).toEqual([]);
    await store.close();
  });
});

describe('an end', () => {
  it.each(['by its signal', 'by close'])('comes at once %s', async (how) => {
    await using server = await ScriptedServer.start(silence);
    const { store } = storeAt([server.endpoint]);
    const controller = new AbortController();
    const target = new Uint8Array(5);
    const reading = store.get('a', { target, signal: controller.signal });
    await server.untilSeen(1);
    if (how === 'by close') void store.close();
    else controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'closed' });
    await store.close();
  });

  it('comes while a call waits for its next request', async () => {
    await using server = await ScriptedServer.start(cut);
    const { store, clock } = storeAt([server.endpoint], { random: () => 1 });
    const reading = store.get('a');
    while (clock.delays.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    await expect(reading).rejects.toMatchObject({ code: 'closed' });
  });
});
