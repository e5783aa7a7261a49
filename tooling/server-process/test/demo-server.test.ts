import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isListening } from '../src/is-listening.ts';
import { startDemoServer } from '../src/demo-server.ts';

test('the demo server is ready at both of its addresses, and ends in good order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-demo-server-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const socket = join(folder, 'nbd.sock');
  const { process: server, port } = await startDemoServer({
    args: ['--workers=1', '--export=disk=memory:1M'],
    socket,
    under: ['env', 'NBD_LOG_LEVEL=error'],
  });
  onTestFinished(async () => void (await server.end('SIGKILL')));
  expect(await isListening({ host: '127.0.0.1', port })).toBe(true);
  expect(await isListening({ path: socket })).toBe(true);
  expect(server.log).toBe('');
  expect(await server.end()).toBe(0);
});

test('a demo server that is ready has its disks in all of its threads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-demo-server-'));
  const disk = join(folder, 'disk.img');
  await writeFile(disk, new Uint8Array(4096));
  const { process: server } = await startDemoServer({
    args: ['--workers=2', `--export=disk=file:${disk}`],
  });
  await rm(folder, { recursive: true });
  expect(await server.end()).toBe(0);
});

test('a demo server that does not understand its arguments says so in the error', async () => {
  await expect(startDemoServer({ args: ['no-disk:at-all'] })).rejects.toThrow(
    /the server has ended with \d+: .*\n.*no-disk/s,
  );
});
