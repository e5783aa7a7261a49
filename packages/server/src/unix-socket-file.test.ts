import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { leaveDeadSocket } from '../test/dead-socket.ts';
import { listenOnSocketFile } from './unix-socket-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nbd-socket-'));
  path = join(folder, 'nbd.sock');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Listens there; the server is closed at the end of the test. */
async function listen(at: string, mode = 0o660): Promise<Server> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await listenOnSocketFile(server, at, { mode });
  return server;
}

describe('listening on a file', () => {
  test('makes one of the mode that is wanted, which goes with the server', async () => {
    const server = await listen(path, 0o600);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    server.close();
    await once(server, 'close');
    expect(existsSync(path)).toBe(false);
  });

  test('replaces a dead socket file', async () => {
    await leaveDeadSocket(path);
    expect(lstatSync(path).isSocket()).toBe(true);
    await listen(path);
    const client = connect(path);
    await once(client, 'connect');
    client.destroy();
  });

  test('leaves a live socket alone', async () => {
    await listen(path);
    await expect(listen(path)).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `another server is listening on ${path}`,
    });
    expect(existsSync(path)).toBe(true);
  });

  test.each<[what: string, make: (path: string) => void]>([
    ['a file', (at) => writeFileSync(at, 'precious')],
    ['a folder', (at) => mkdirSync(at)],
    ['a link, even to nowhere', (at) => symlinkSync('/nowhere', at)],
  ])('leaves %s alone', async (_, make) => {
    make(path);
    await expect(listen(path)).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `${path} is there already, and it is not a socket`,
    });
    expect(lstatSync(path).isSocket()).toBe(false);
  });

  test('needs a path that fits into an address, and a folder', async () => {
    await expect(listen(`/tmp/${'x'.repeat(108)}`)).rejects.toThrow(RangeError);
    await expect(listen(join(folder, 'no', 'nbd.sock'))).rejects.toThrow(
      `there is no folder ${join(folder, 'no')}`,
    );
  });
});
