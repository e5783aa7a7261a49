import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { forwardToUnix } from './unix-forward.ts';

/** Says its name, then what it was told, until it is told no more. */
async function echo(path: string, name: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.write(`${name}: `);
    socket.pipe(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

it('a port leads to whoever listens at the socket, and to nobody while nobody does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-forward-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'sock');
  const forward = await forwardToUnix(path);
  onTestFinished(() => forward.close());
  const say = async (word: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: forward.port });
    socket.end(word);
    // Nobody there is an end or a reset.
    return await text(socket).catch(() => '');
  };

  expect(await say('hello')).toBe('');
  for (const name of ['one', 'other']) {
    const server = await echo(path, name);
    expect(await say('hello')).toBe(`${name}: hello`);
    server.close();
    await once(server, 'close');
  }
  expect(await say('hello')).toBe('');
});
