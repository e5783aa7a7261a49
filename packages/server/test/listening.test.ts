/** Where a server listens, and what it says when it cannot. */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { exportTable } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { formatUri, parseAddress, serve } from '../src/index.ts';
import { disconnect, read } from './client-bytes.ts';
import { leaveDeadSocket } from './dead-socket.ts';
import { HeldDisk } from './held-disk.ts';
import { serving, temporaryFolder, TCP } from './serving.ts';
import { dial, enter, firstAddress, haggle } from './socket-client.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/** An address that nobody listens on any more refuses; one that is listened on greets. */
async function isListening(uri: string): Promise<boolean> {
  try {
    const client = await dial(parseAddress(uri));
    client.resets();
    return true;
  } catch {
    return false;
  }
}

function unixUri(path: string): string {
  return formatUri({ kind: 'unix', path });
}

test('S-41 a server listens on all its addresses at once, and names them with their real ports', async () => {
  const path = join(temporaryFolder(), 'nbd.sock');
  const server = await serving({
    listen: ['nbd://127.0.0.1:0', 'nbd://127.0.0.1:0', unixUri(path)],
  });
  const [first, second] = server.addresses;
  if (first?.kind !== 'tcp' || second?.kind !== 'tcp') throw new Error('expected two ports');
  expect(first.port).toBeGreaterThan(0);
  expect(second.port).toBeGreaterThan(0);
  expect(second.port).not.toBe(first.port);
  expect(server.uris).toEqual([
    `nbd://127.0.0.1:${first.port}/disk`,
    `nbd://127.0.0.1:${second.port}/disk`,
    `nbd+unix:///disk?socket=${path}`,
  ]);
  for (const address of server.addresses) {
    const client = await dial(address);
    expect(await client.hears(18)).toBeDefined();
    client.leaves();
    await client.closed;
  }
});

test.skipIf(!hasIpv6)(
  'a server listens on an IPv6 address, which has brackets in its URI',
  async () => {
    const server = await serving({ listen: 'nbd://[::1]:0' });
    expect(server.addresses).toEqual([{ kind: 'tcp', host: '::1', port: expect.any(Number) }]);
    expect(server.uris[0]).toMatch(/^nbd:\/\/\[::1\]:[1-9]\d*\/disk$/);
    const client = await enter(server, 'disk');
    client.says(read(0, 1));
    expect(await client.hearsReply(1)).toMatchObject({ error: 0 });
  },
);

test('the URIs name the default export: the one without a name, or else the first', async () => {
  const disk = new HeldDisk();
  const first = await serving({ listen: TCP, exports: { b: disk, a: disk } });
  expect(first.uris[0]).toMatch(/:\d+\/b$/);
  const nameless = await serving({ listen: TCP, exports: { b: disk, '': disk } });
  expect(nameless.uris[0]).toMatch(/:\d+$/);
});

test('the URIs of a source name the export that they are told to, or none', async () => {
  const source = exportTable({ disk: new HeldDisk() });
  const named = await serving({ listen: TCP, source, exportName: 'a b' });
  expect(named.uris[0]).toMatch(/\/a%20b$/);
  const nameless = await serving({ listen: TCP, source: exportTable({ disk: new HeldDisk() }) });
  expect(nameless.uris[0]).toMatch(/^nbd:\/\/127\.0\.0\.1:\d+$/);
});

describe('the file of a Unix socket', () => {
  test('is for owner and group, and gone when the server is closed', async () => {
    const path = join(temporaryFolder(), 'nbd.sock');
    const server = await serving({ listen: unixUri(path) });
    expect(statSync(path).mode & 0o7777).toBe(0o660);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test('has the mode that it is told to have', async () => {
    const path = join(temporaryFolder(), 'nbd.sock');
    await serving({ listen: unixUri(path), socketMode: 0o600 });
    expect(statSync(path).mode & 0o7777).toBe(0o600);
  });

  test('replaces that of a server that is dead', async () => {
    const path = join(temporaryFolder(), 'nbd.sock');
    await leaveDeadSocket(path);
    const server = await serving({ listen: unixUri(path) });
    const client = await enter(server);
    client.says(disconnect());
    expect(await client.hearsRest()).toHaveLength(0);
  });

  test('does not replace that of a server that lives', async () => {
    const path = join(temporaryFolder(), 'nbd.sock');
    const server = await serving({ listen: unixUri(path) });
    await expect(
      serve({ listen: unixUri(path), exports: { disk: new HeldDisk() } }),
    ).rejects.toThrow(`another server is listening on ${path}`);
    await haggle(server);
  });

  test('does not replace what is no socket', async () => {
    const path = join(temporaryFolder(), 'disk.img');
    writeFileSync(path, 'precious');
    await expect(
      serve({ listen: unixUri(path), exports: { disk: new HeldDisk() } }),
    ).rejects.toThrow(`${path} is there already, and it is not a socket`);
  });

  test('with a path that no socket can have is refused, and nothing is left listening', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x'.repeat(120));
    const error = await failure([unixUri(path)]);
    expect(readdirSync(folder)).toEqual([]);
    expect(error.message).toMatch(/^cannot listen on .*x: .*$/);
  });

  test('in a folder that is not there is refused', async () => {
    const path = join(temporaryFolder(), 'absent', 'nbd.sock');
    const { message } = await failure([unixUri(path)]);
    expect(message).toContain(`cannot listen on ${unixUri(path)}: `);
    // The system says EACCES here, which has another meaning for ports.
    expect(message).not.toContain('ports');
  });
});

describe('an address that cannot be listened on', () => {
  test('because it is in use is told in one line, with the remedy', async () => {
    const server = await serving({ listen: TCP });
    const uri = formatUri(firstAddress(server));
    expect((await failure([uri])).message).toBe(
      `cannot listen on ${uri}: another program does already; choose another port, or 0 for any`,
    );
    expect(await isListening(uri)).toBe(true);
  });

  test('because the machine does not have it is told in one line', async () => {
    const error = await failure(['nbd://192.0.2.1:0']);
    expect(error.message).toBe(
      'cannot listen on nbd://192.0.2.1:0: this machine does not have that address',
    );
    expect(error.cause).toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  test('because there is no such host is told in one line', async () => {
    // No name can have an empty label, so that no name server is asked.
    expect((await failure(['nbd://a..b:0'])).message).toBe(
      'cannot listen on nbd://a..b:0: there is no host of that name',
    );
  });

  test('leaves nothing listening on those before it, and the disks closed', async () => {
    const server = await serving({ listen: TCP });
    const taken = formatUri(firstAddress(server));
    const path = join(temporaryFolder(), 'nbd.sock');
    const disk = new HeldDisk();
    await expect(serve({ listen: [unixUri(path), taken], exports: { disk } })).rejects.toThrow(
      'another program does already',
    );
    expect(existsSync(path)).toBe(false);
    expect(disk.closed).toBe(1);
  });

  test('gives the port of the one before it back', async () => {
    const first = await serving({ listen: TCP });
    const free = formatUri(firstAddress(first));
    await first.close();
    const server = await serving({ listen: TCP });
    const taken = formatUri(firstAddress(server));
    await failure([free, taken]);
    expect(await isListening(free)).toBe(false);
  });
});

/** Why a server on these addresses does not start. */
async function failure(listen: readonly string[]): Promise<Error> {
  let server;
  try {
    server = await serve({ listen, exports: { disk: new HeldDisk() } });
  } catch (error) {
    return error as Error;
  }
  await server.close();
  throw new Error(`expected no server, found one on ${server.uris}`);
}
