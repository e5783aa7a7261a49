import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { s3Store } from '../src/index.ts';
import { answer, ScriptedServer, silence } from './scripted-server.ts';
import { bytes, storeAt } from './store-at.ts';

const STORED = answer(200, { etag: '"v2"' });

describe('a payload', () => {
  it('is signed over http, and is not if that is not wanted', async () => {
    await using server = await ScriptedServer.start(STORED);
    const signed = storeAt([server.endpoint]).store;
    const unsigned = storeAt([server.endpoint], { payload: 'unsigned' }).store;
    await signed.put('a', [bytes('he'), bytes('llo')]);
    await unsigned.put('a', [bytes('he'), bytes('llo')]);
    const sha256 = createHash('sha256').update('hello').digest('hex');
    const found = server.seen.map(({ headers }) => headers['x-amz-content-sha256']);
    expect(found).toEqual([sha256, 'UNSIGNED-PAYLOAD']);
    await Promise.all([signed.close(), unsigned.close()]);
  });

  it('of a removal is signed and has its digest', async () => {
    await using server = await ScriptedServer.start(answer(200, {}, '<DeleteResult/>'));
    const { store } = storeAt([server.endpoint], { payload: 'unsigned' });
    await store.deleteMany(['a']);
    const [{ headers, body, method, url } = fail()] = server.seen;
    expect([method, url]).toEqual(['POST', '/bucket?delete=']);
    expect(headers['content-md5']).toBe(createHash('md5').update(body).digest('base64'));
    expect(headers['x-amz-content-sha256']).toBe(createHash('sha256').update(body).digest('hex'));
    expect(String(body)).toContain('<Key>p/a</Key>');
    await store.close();
  });
});

describe('connections', () => {
  it('are kept, and never more than there may be; some are not for uploads', async () => {
    await using server = await ScriptedServer.start(silence);
    const { store } = storeAt([server.endpoint], { connections: 4, uploads: 3 });
    const puts = Array.from({ length: 8 }, (_, n) => store.put(`${n}`, []).catch(() => 'ended'));
    await server.untilSeen(3);
    const gets = Array.from({ length: 2 }, (_, n) => store.get(`${n}`).catch(() => 'ended'));
    await server.untilSeen(4);
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT', 'GET']);
    await store.close();
    expect(await Promise.all([...puts, ...gets])).toEqual(Array(10).fill('ended'));
    expect(server.seen).toHaveLength(4);
  });
});

describe('keys', () => {
  it.each(['', 'x'.repeat(1023), '\ud800', 'a\udc00b'])('cannot be %j', async (key) => {
    await using server = await ScriptedServer.start(STORED);
    const { store } = storeAt([server.endpoint]);
    const invalid = { name: 'StoreError', code: 'invalid' };
    await expect(store.put(key, [])).rejects.toMatchObject(invalid);
    await expect(store.deleteMany([key])).rejects.toMatchObject(invalid);
    expect(server.seen).toEqual([]);
    await store.close();
  });

  it('lie below the prefix of the store', async () => {
    await using server = await ScriptedServer.start(STORED);
    for (const prefix of ['q', 'q/']) {
      const { store } = storeAt([server.endpoint], { prefix });
      expect(store.name).toBe('s3://bucket/q');
      await store.put('a', []);
      expect(server.seen.at(-1)?.url).toBe('/bucket/q/a');
      await store.close();
    }
  });

  it('that XML cannot carry are removed one by one', async () => {
    await using server = await ScriptedServer.start(answer(204));
    const { store } = storeAt([server.endpoint]);
    expect(await store.deleteMany(['a\u0001', 'b\u0002'])).toEqual([]);
    expect(new Set(server.seen.map(({ method, url }) => `${method} ${url}`))).toEqual(
      new Set(['DELETE /bucket/p/a%01', 'DELETE /bucket/p/b%02']),
    );
    await store.close();
  });
});

describe('options', () => {
  const sound = { bucket: 'b', region: 'us-east-1', endpoints: ['http://127.0.0.1:1'] };

  it.each([
    { region: 'us east' },
    { endpoints: [] },
    { endpoints: ['s3.example'] },
    { payload: 'maybe' },
    { connections: 0 },
    { connections: 4, uploads: 5 },
    { requestTimeout: 1.5 },
    { callTimeout: 0 },
  ])('cannot be %j', (wrong) => {
    expect(() => s3Store({ ...sound, ...(wrong as object) })).toThrow(/must be/);
  });
});

function fail(): never {
  throw new Error('expected a request');
}
