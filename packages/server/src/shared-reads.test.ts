import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptWithSharedReads, type SharedReadsSocket } from './shared-reads.ts';

let server: Server;

/** A pair of connected sockets: the client's, and the accepted one, which reads into `buffer`. */
async function pair(buffer: Uint8Array): Promise<[client: Socket, accepted: SharedReadsSocket]> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const accepted = await new Promise<SharedReadsSocket>((resolve) => {
    expect(acceptWithSharedReads(server, buffer, resolve), 'this Node allows it').toBe(true);
  });
  return [client, accepted];
}

beforeEach(async () => {
  server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.close();
});

describe('a socket with shared reads', () => {
  test('hands over what it reads as views of the buffer that it was given', async () => {
    const buffer = new Uint8Array(64);
    const [client, socket] = await pair(buffer);
    const arrived = new Promise<Uint8Array>((resolve) => {
      socket.attend({ received: resolve }, () => true);
      socket.once('end', () => socket.end());
    });
    client.write('hello');
    const bytes = await arrived;
    expect(bytes.buffer).toBe(buffer.buffer);
    expect(Buffer.from(bytes).toString()).toBe('hello');
    client.end();
    await once(client, 'close');
  });

  test('reads no further than it is told to, until it is resumed', async () => {
    const [client, socket] = await pair(new Uint8Array(4));
    const heard: string[] = [];
    let told: (() => void) | undefined;
    const taker = {
      received(bytes: Uint8Array): void {
        heard.push(Buffer.from(bytes).toString());
        told?.();
      },
    };
    socket.attend(taker, () => false);
    const next = (): Promise<void> =>
      new Promise((resolve) => {
        told = resolve;
      });
    const first = next();
    client.write('onetwo');
    await first;
    expect(heard).toEqual(['onet']);
    const second = next();
    socket.resume();
    await second;
    expect(heard).toEqual(['onet', 'wo']);
    socket.destroy();
    client.destroy();
  });

  test('is the only one that there is for its client', async () => {
    const told: Socket[] = [];
    server.on('connection', (socket) => told.push(socket));
    const [client, socket] = await pair(new Uint8Array(64));
    expect(socket.remotePort).toBe(client.localPort);
    expect(told).toEqual([]);
    socket.destroy();
    await once(client.resume(), 'close');
  });
});

describe('a server goes on with sockets of its own', () => {
  test.each<[what: string, handle: unknown]>([
    ['has no handle', undefined],
    ['has a handle that is gone', null],
    ['has a handle of another kind', {}],
    ['has a field for its callback that is another', { onconnection: 1 }],
  ])('if it %s', (_, _handle) => {
    const other = { _handle } as unknown as Server;
    expect(acceptWithSharedReads(other, new Uint8Array(64), () => undefined)).toBe(false);
  });

  test.each<[what: string, client: unknown]>([
    ['there is no client, for accepting has failed', undefined],
    ['the handle of the client is of another kind', {}],
  ])('if %s', (_, client) => {
    const told: unknown[][] = [];
    const handle = { onconnection: (...args: unknown[]): unknown => told.push(args) };
    const other = { _handle: handle } as unknown as Server;
    expect(acceptWithSharedReads(other, new Uint8Array(64), () => undefined)).toBe(true);
    handle.onconnection(-24, client);
    expect(told).toEqual([[-24, client]]);
  });
});
