import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withSharedReads } from './shared-reads.ts';

let server: Server;

/** A pair of connected sockets: the client's, and the accepted one, which came paused. */
async function pair(): Promise<[client: Socket, accepted: Socket]> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
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
    const [client, accepted] = await pair();
    const buffer = new Uint8Array(64);
    const arrived = new Promise<Uint8Array>((resolve) => {
      const socket = withSharedReads(accepted, buffer, (bytes) => {
        resolve(bytes);
        return true;
      });
      expect(socket, 'this Node allows shared reads').toBeDefined();
      socket?.once('end', () => socket.end());
    });
    client.write('hello');
    const bytes = await arrived;
    expect(bytes.buffer).toBe(buffer.buffer);
    expect(Buffer.from(bytes).toString()).toBe('hello');
    client.end();
    await once(client, 'close');
  });

  test('reads no further than it is told to, until it is resumed', async () => {
    const [client, accepted] = await pair();
    const heard: string[] = [];
    let told: (() => void) | undefined;
    const socket = withSharedReads(accepted, new Uint8Array(4), (bytes) => {
      heard.push(Buffer.from(bytes).toString());
      told?.();
      return false;
    }) as Socket;
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

  test('is counted by its server, which closes when the socket has', async () => {
    const [client, accepted] = await pair();
    const socket = withSharedReads(accepted, new Uint8Array(64), () => true) as Socket;
    const closed = once(server, 'close');
    server.close();
    expect(await connections(server)).toBe(1);
    client.end();
    socket.once('end', () => socket.end());
    await closed;
    expect(await connections(server)).toBe(0);
  });
});

describe('an accepted socket is used as it is', () => {
  test.each<[what: string, socket: () => Socket]>([
    ['has no handle', () => new Socket()],
    ['has a handle that is gone', () => new Socket().destroy()],
    ['has a handle of another kind', () => Object.assign(new Socket(), { _handle: {} })],
    ['has a field for its handle that is another', () => ({ handle: {} }) as unknown as Socket],
  ])('if it %s', (_, socket) => {
    expect(withSharedReads(socket(), new Uint8Array(64), () => true)).toBeUndefined();
  });
});

async function connections(of: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    of.getConnections((error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}
