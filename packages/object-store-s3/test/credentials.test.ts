import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { standardS3Settings } from '../src/index.ts';
import { fault, object, ScriptedServer } from './scripted-server.ts';
import { storeAt } from './store-at.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nbd-s3-'));
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  }
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Whose name a request is made in, by the standard chain. */
async function foundKey(): Promise<string | undefined> {
  await using server = await ScriptedServer.start(object('hello'));
  const { store } = storeAt([server.endpoint], { credentials: undefined as never });
  await store.get('a');
  await store.close();
  return /Credential=(\w+)\//.exec(server.seen[0]?.headers.authorization ?? '')?.[1];
}

function failedProgram(): Promise<never> {
  return Promise.reject(new Error('Command failed: get --password hush'));
}

function hungProgram(): Promise<never> {
  return new Promise(() => undefined);
}

describe('the standard chain', () => {
  it('finds credentials in the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'FROMENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hush');
    expect(await foundKey()).toBe('FROMENV');
  });

  it('finds those of a profile', async () => {
    const text = '[disks]\naws_access_key_id = FROMFILE\naws_secret_access_key = hush\n';
    await writeFile(join(folder, 'credentials'), text);
    vi.stubEnv('AWS_PROFILE', 'disks');
    expect(await foundKey()).toBe('FROMFILE');
  });

  it('finds those of the role of a container', async () => {
    const role = {
      AccessKeyId: 'FROMROLE',
      SecretAccessKey: 'hush',
      Token: 't',
      Expiration: '2099-01-01T00:00:00Z',
    };
    const metadata = createServer((_request, response) => response.end(JSON.stringify(role)));
    await once(metadata.listen(0, '127.0.0.1'), 'listening');
    const { port } = metadata.address() as AddressInfo;
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${port}/role`);
    expect(await foundKey()).toBe('FROMROLE');
    metadata.close();
  });

  it('says in one line that there are none', async () => {
    await using server = await ScriptedServer.start(object('hello'));
    const { store } = storeAt([server.endpoint], { credentials: undefined as never });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringMatching(
        /^get s3:\/\/bucket\/p\/a: no credentials for the store: [^\n]+$/,
      ),
    });
    expect(server.seen).toEqual([]);
    await store.close();
  });
});

describe('credentials', () => {
  it('that have expired are asked for again, once', async () => {
    const expired = fault(400, 'ExpiredToken');
    await using server = await ScriptedServer.start(expired, object('hello'), expired);
    let asked = 0;
    const credentials = (options?: { forceRefresh?: boolean }) => {
      asked += options?.forceRefresh === true ? 1 : 0;
      return Promise.resolve({ accessKeyId: `K${asked}`, secretAccessKey: 's', sessionToken: 't' });
    };
    const { store } = storeAt([server.endpoint], { credentials });
    await store.get('a');
    expect(asked).toBe(1);
    expect(server.seen[1]?.headers.authorization).toContain('Credential=K1/');
    await expect(store.get('a')).rejects.toMatchObject({ code: 'denied' });
    expect(server.seen).toHaveLength(4);
    await store.close();
  });

  it('that cannot be had show nothing of the program that failed', async () => {
    await using server = await ScriptedServer.start(object('hello'));
    const { store } = storeAt([server.endpoint], { credentials: failedProgram });
    const error: unknown = await store.get('a').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'denied', cause: undefined });
    expect(String(error)).not.toContain('hush');
    await store.close();
  });
});

describe('credentials that never come', () => {
  it.each(['by the deadline', 'by close'])('do not hold a call: it ends %s', async (how) => {
    await using server = await ScriptedServer.start(object('hello'));
    const { store, clock } = storeAt([server.endpoint], { credentials: hungProgram });
    const reading = store.get('a');
    await new Promise((resolve) => setImmediate(resolve));
    if (how === 'by close') await store.close();
    else clock.advance(60_000);
    const code = how === 'by close' ? 'closed' : 'unreachable';
    await expect(reading).rejects.toMatchObject({ code });
    await store.close();
  });
});

describe('the standard settings', () => {
  it('are those of the environment', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://other:1');
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://one:1, http://two:2');
    vi.stubEnv('AWS_REGION', 'here');
    expect(await standardS3Settings()).toEqual({
      region: 'here',
      endpoints: ['http://one:1', 'http://two:2'],
    });
    vi.stubEnv('AWS_ENDPOINT_URL_S3', undefined);
    vi.stubEnv('AWS_REGION', undefined);
    expect(await standardS3Settings()).toEqual({
      region: 'us-east-1',
      endpoints: ['http://other:1'],
    });
  });

  it('are those of a profile, whose section of services is asked first', async () => {
    const services = '[services mine]\ns3 =\n  endpoint_url = http://mine:1\n';
    const profile =
      '[profile disks]\nregion = there\nservices = mine\nendpoint_url = http://all:1\n';
    await writeFile(join(folder, 'config'), services + profile);
    vi.stubEnv('AWS_PROFILE', 'disks');
    expect(await standardS3Settings()).toEqual({ region: 'there', endpoints: ['http://mine:1'] });
  });

  it('are missing where nothing says where the store is', async () => {
    await expect(standardS3Settings()).rejects.toThrow('AWS_REGION');
    vi.stubEnv('AWS_DEFAULT_REGION', 'there');
    expect(await standardS3Settings()).toEqual({ region: 'there' });
  });
});
