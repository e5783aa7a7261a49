import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isListening } from './is-listening.ts';

test('whoever takes connections is listening, at a socket file as at a port', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-listening-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'a.sock');
  expect(await isListening({ path })).toBe(false);

  const local = createServer().listen(path);
  const remote = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(local, 'listening'), once(remote, 'listening')]);
  const { port } = remote.address() as AddressInfo;
  expect(await isListening({ path })).toBe(true);
  expect(await isListening({ host: '127.0.0.1', port })).toBe(true);

  await Promise.all([local, remote].map((server) => server[Symbol.asyncDispose]()));
  expect(await isListening({ path })).toBe(false);
  expect(await isListening({ host: '127.0.0.1', port })).toBe(false);
});
