import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Act, answer, cut, fault, object, ScriptedServer } from './scripted-server.ts';
import { bytes, KEY_ID, SECRET, storeAt } from './store-at.ts';

describe('what a store refuses', () => {
  it.each<[string, Act, string, string]>([
    [
      'an unknown key',
      fault(403, 'InvalidAccessKeyId', `<AWSAccessKeyId>${KEY_ID}</AWSAccessKeyId>`),
      'denied',
      'the store does not know the access key (403 InvalidAccessKeyId)',
    ],
    [
      'a wrong secret',
      fault(403, 'SignatureDoesNotMatch'),
      'denied',
      'the secret key does not belong to the access key (403 SignatureDoesNotMatch)',
    ],
    [
      'what is not allowed',
      fault(403, 'AccessDenied'),
      'denied',
      'these credentials may not do that (403 AccessDenied)',
    ],
    ['whom a proxy stops', answer(403, {}, '<html>'), 'denied', 'the store forbids it (403)'],
    [
      'a wrong clock',
      fault(403, 'RequestTimeTooSkewed'),
      'denied',
      'the clocks of this machine and of the store differ (403 RequestTimeTooSkewed)',
    ],
    [
      'a bucket that is not there',
      fault(404, 'NoSuchBucket'),
      'missing',
      'there is no such bucket (404 NoSuchBucket)',
    ],
    [
      'a path that is not there',
      answer(404, {}, 'not found'),
      'invalid',
      'the store refuses it (404)',
    ],
    [
      'more than a quota',
      fault(403, 'QuotaExceeded'),
      'full',
      'a quota is reached (403 QuotaExceeded)',
    ],
    [
      'more than it has',
      fault(507, 'XMinioStorageFull'),
      'full',
      'the store is full (507 XMinioStorageFull)',
    ],
    [
      'a region by a redirect',
      answer(301, { 'x-amz-bucket-region': 'eu-west-1' }),
      'invalid',
      'the bucket is in region eu-west-1, not in us-east-1 (301)',
    ],
    [
      'a region by its name',
      fault(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>'),
      'invalid',
      'the bucket is in region eu-west-1, not in us-east-1 (400 AuthorizationHeaderMalformed)',
    ],
    [
      'an endpoint',
      fault(307, 'TemporaryRedirect', '<Endpoint>b.example</Endpoint>'),
      'invalid',
      'the bucket is at another endpoint (307 TemporaryRedirect)',
    ],
    [
      'a code that is no code',
      fault(400, '\u001b[31m evil &amp; long'),
      'invalid',
      'the store refuses it (400)',
    ],
  ])('is told in one line without secrets: %s', async (_name, act, code, text) => {
    await using server = await ScriptedServer.start(act);
    const { store } = storeAt([server.endpoint]);
    const error: unknown = await store.put('a b', [bytes('x')]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'StoreError',
      code,
      message: `put s3://bucket/p/"a b": ${text}`,
    });
    expect(server.seen).toHaveLength(1);
    for (const secret of [SECRET, KEY_ID]) {
      expect(inspect([error, store], { depth: 20, showHidden: true })).not.toContain(secret);
    }
    await store.close();
  });

  it('is no absence: only NoSuchKey says that an object is not there', async () => {
    await using server = await ScriptedServer.start(fault(404, 'NoSuchKey'), answer(404));
    const { store } = storeAt([server.endpoint]);
    expect(await store.get('a')).toBeUndefined();
    await expect(store.get('a')).rejects.toMatchObject({ code: 'invalid' });
    await store.close();
  });
});

describe('answers that make no sense', () => {
  it.each<[string, Act, string]>([
    ['an object without a version', answer(200, {}, 'hello'), 'expected an ETag, found none'],
    ['an object longer than its target', object('too long'), 'at most 5 bytes, found 8'],
    [
      'a longer one of which the length is not told',
      (response) => {
        response.writeHead(200, { etag: '"v1"' });
        response.write('to');
        response.end('o long');
      },
      'at most 5 bytes, found',
    ],
  ])('are errors: %s', async (_name, act, text) => {
    await using server = await ScriptedServer.start(act);
    const { store } = storeAt([server.endpoint]);
    const target = new Uint8Array(5);
    await expect(store.get('a', { target })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(text),
    });
    await store.close();
  });

  it.each<[string, Act]>([
    ['the whole object', object('hello')],
    ['another part', answer(206, { etag: '"v1"', 'content-range': 'bytes 0-1/5' }, 'he')],
    ['less than was asked for', answer(206, { etag: '"v1"', 'content-range': 'bytes 2-2/5' }, 'l')],
    ['a part that is nowhere', answer(206, { etag: '"v1"' }, 'll')],
  ])('are errors: for a range %s', async (_name, act) => {
    await using server = await ScriptedServer.start(act);
    const { store } = storeAt([server.endpoint]);
    const reading = store.get('a', { range: { offset: 2, length: 2 } });
    await expect(reading).rejects.toMatchObject({ code: 'invalid' });
    expect(server.seen[0]?.headers.range).toBe('bytes=2-3');
    await store.close();
  });

  it.each<[string, string]>([
    ['garbage', 'expected XML'],
    [
      '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><ListBucketResult>&e;</ListBucketResult>',
      'document type',
    ],
    [
      '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
      'expected keys behind',
    ],
    [
      '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>p/a</Key><Size>1</Size></Contents></ListBucketResult>',
      'expected keys behind',
    ],
  ])('are errors: the list %s', async (xml, text) => {
    await using server = await ScriptedServer.start(answer(200, {}, xml));
    const { store } = storeAt([server.endpoint]);
    await expect(store.list('', { after: 'a' })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(text),
    });
    await store.close();
  });
});

describe('a condition', () => {
  it('that held no more is answered by undefined', async () => {
    await using server = await ScriptedServer.start(fault(412, 'PreconditionFailed'));
    const { store } = storeAt([server.endpoint]);
    expect(await store.put('a', [], { condition: { absent: true } })).toBeUndefined();
    expect(server.seen[0]?.headers['if-none-match']).toBe('*');
    await store.close();
  });

  it('that nobody has made cannot be missed: an object that was not written is an error', async () => {
    await using server = await ScriptedServer.start(fault(412, 'PreconditionFailed'));
    const { store } = storeAt([server.endpoint]);
    await expect(store.put('a', [])).rejects.toMatchObject({ code: 'invalid' });
    await store.close();
  });

  it('that met another one is asked about again', async () => {
    const race = fault(409, 'ConditionalRequestConflict');
    await using server = await ScriptedServer.start(race, fault(412, 'PreconditionFailed'));
    const { store } = storeAt([server.endpoint]);
    expect(await store.put('a', [], { condition: { absent: true } })).toBeUndefined();
    await store.close();
  });

  it.each<[string, Act]>([
    ['a request without an answer', cut],
    ['a fault inside', fault(500, 'UnknownError')],
  ])('that holds no more after %s is ambiguous', async (_name, act) => {
    await using server = await ScriptedServer.start(act, fault(412, 'PreconditionFailed'));
    const { store } = storeAt([server.endpoint]);
    const putting = store.put('a', [], { condition: { absent: true } });
    await expect(putting).rejects.toMatchObject({ code: 'ambiguous' });
    await store.close();
  });
});
