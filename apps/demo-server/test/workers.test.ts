/** What several workers have in common, as clients and an operator see it. */
import { ftruncateSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { SIMPLE_REPLY_BYTES, TransmissionFlag } from '@nbd/codec';
import { expect, test } from 'vitest';
import { finish, start } from './program.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CLIENTS = 8;
const NO_ERROR = Buffer.alloc(4);

function emptyFile(folder: string, bytes: number): string {
  const path = join(folder, 'disk.img');
  const descriptor = openSync(path, 'w');
  ftruncateSync(descriptor, bytes);
  closeSync(descriptor);
  return path;
}

/** Clients of an export, enough for each of two workers to have some. */
async function clientsOf(uri: string, name: string): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  for (let i = 0; i < CLIENTS; i++) {
    const client = await RawClient.connect(uri);
    await client.go(name);
    clients.push(client);
  }
  return clients;
}

test.each(['file', 'memory'])(
  'what one client has written to a %s, all others read',
  async (kind) => {
    const folder = temporaryFolder();
    const path = emptyFile(folder, CLIENTS * 512);
    const spec = kind === 'file' ? `file:${path}` : `memory:${CLIENTS * 512}`;
    const program = start([
      '--workers',
      '2',
      '--export',
      `disk=${spec}`,
      '--listen',
      'nbd://[::1]:0',
    ]);
    const [uri = ''] = await program.listening();
    const clients = await clientsOf(uri, 'disk');
    for (const [i, client] of clients.entries()) {
      client.askToWrite(i * 512, new Uint8Array(512).fill(i + 1));
      await client.take(SIMPLE_REPLY_BYTES);
    }
    const expected = Uint8Array.from(
      { length: CLIENTS * 512 },
      (_, at) => Math.floor(at / 512) + 1,
    );
    for (const client of clients) {
      client.askToRead(0, CLIENTS * 512);
      const reply = await client.take(SIMPLE_REPLY_BYTES + CLIENTS * 512);
      expect(new Uint8Array(reply.subarray(SIMPLE_REPLY_BYTES))).toEqual(expected);
    }
    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0, stdout: `listening ${uri}\n` });
  },
);

test('all workers may write to a file, another program may not, until they have ended', async () => {
  const folder = temporaryFolder();
  emptyFile(folder, 4096);
  const args = ['--workers', '2', '--listen', 'nbd://127.0.0.1:0', 'disk.img'];
  const program = start(args, { cwd: folder });
  const [uri = ''] = await program.listening();
  for (const client of await clientsOf(uri, 'disk.img')) {
    client.askToWrite(0, new Uint8Array(512));
    expect((await client.take(SIMPLE_REPLY_BYTES)).subarray(4, 8)).toEqual(NO_ERROR);
  }
  expect(await finish(args, { cwd: folder })).toMatchObject({
    code: 1,
    stderr:
      'nbd-demo-server: export "disk.img" cannot be opened: disk.img: another process writes to this file\n',
  });
  program.signal('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0 });

  const next = start(args, { cwd: folder });
  await next.listening();
});

test('a disk whose size its other drivers would not learn of cannot be resized', async () => {
  const folder = temporaryFolder();
  const path = emptyFile(folder, 4096);
  const specs = [`file=file:${path}`, 'null=null:1M', 'memory=memory:1M'];
  const exports = specs.flatMap((spec) => ['--export', spec]);
  const program = start(['--workers', '2', '--listen', 'nbd://127.0.0.1:0', ...exports]);
  const [uri = ''] = await program.listening();
  const resizable: boolean[] = [];
  for (const name of ['file', 'null', 'memory']) {
    const { transmissionFlags } = await (await RawClient.connect(uri)).go(name);
    resizable.push((transmissionFlags & TransmissionFlag.SEND_RESIZE) !== 0);
  }
  expect(resizable).toEqual([false, false, true]);
});

test('of each file it is told once by what means it is read, and connections have numbers of their own', async () => {
  const folder = temporaryFolder();
  emptyFile(folder, 4096);
  const program = start(
    ['--workers', '2', '--listen', 'nbd://127.0.0.1:0', '--log-level', 'debug', 'disk.img'],
    { cwd: folder },
  );
  const [uri = ''] = await program.listening();
  await clientsOf(uri, '');
  program.signal('SIGTERM');
  const { stderr } = await program.ended;
  expect(stderr.match(/disk\.img: reads /g)).toHaveLength(1);
  const ids = Array.from(stderr.matchAll(/client connected.*"connection":(\d+)/g), ([, id]) => id);
  expect(new Set(ids).size).toBe(CLIENTS);
  expect(stderr).toContain('"workers":2');
});
