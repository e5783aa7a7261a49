/** A channel while it is put under TLS: what it tells in between, and that it tells its end once. */
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ChannelReceiver } from '@nbd/session';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { SocketChannel, type Terminate } from '../src/socket-channel.ts';
import { TlsTerminator } from '../src/tls/tls-terminator.ts';
import { acceptedSocket } from './accepted-socket.ts';
import { content } from './client-bytes.ts';
import { AUTHORITY, certificates } from './secure-client.ts';
import { READS } from './serving.ts';

/** A receiver that keeps what it is told, in words and bytes. */
class Told implements ChannelReceiver {
  readonly bytes: Uint8Array[] = [];
  readonly ends: string[] = [];
  #changed: () => void = () => undefined;

  received(bytes: Uint8Array): void {
    this.bytes.push(bytes.slice());
    this.#changed();
  }

  sent(): void {}

  ended(): void {
    this.ends.push('ended');
    this.#changed();
  }

  closed(error: Error | undefined): void {
    this.ends.push(error === undefined ? 'closed' : `closed: ${error.message}`);
    this.#changed();
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

interface Pair {
  readonly client: Socket;
  readonly channel: SocketChannel;
  readonly told: Told;
}

/** A client, and the channel at the other end, which is paused. */
async function pair(reads: 'shared' | 'own', terminate: Terminate): Promise<Pair> {
  const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(
    0,
    '127.0.0.1',
  );
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  const accepted = await acceptedSocket(listener, reads);
  const channel = new SocketChannel(accepted, { eagerLoop: undefined }, terminate);
  const told = new Told();
  channel.start(told);
  channel.pause();
  onTestFinished(() => {
    client.destroy();
    channel.drop();
    listener.close();
  });
  return { client, channel, told };
}

/** Waits until the system has brought what the client said, so that it is there before TLS is. */
function afterArrival(terminator: TlsTerminator): Terminate {
  return async (plain) => {
    while (plain.readableLength === 0) await new Promise(setImmediate);
    return terminator.terminate(plain);
  };
}

async function terminatorOf(): Promise<TlsTerminator> {
  return TlsTerminator.open({ certificates: certificates() }, 0);
}

describe('bytes that Node has read before TLS is there', () => {
  test('C-093 are given to TLS, and not told', async () => {
    const { client, channel, told } = await pair('own', afterArrival(await terminatorOf()));
    client.write(content(1000));
    await expect(channel.secure?.()).rejects.toThrow('the TLS handshake failed: ');
    await told.until(() => told.ends.length > 0);
    expect(told.bytes).toEqual([]);
    expect(told.ends).toEqual([expect.stringMatching(/^closed: the TLS handshake failed: /)]);
  });

  test('C-082 are the ClientHello of a hasty client, and none of it is lost by a resume', async () => {
    const { client, channel, told } = await pair('own', afterArrival(await terminatorOf()));
    const secured = channel.secure?.();
    channel.resume();
    const secure = connectTls({ socket: client, host: '127.0.0.1', ca: AUTHORITY.cert });
    expect(await secured).toEqual({});
    secure.write('under TLS');
    channel.resume();
    await told.until(() => told.bytes.length > 0);
    expect(Buffer.concat(told.bytes).toString()).toBe('under TLS');
  });
});

describe.each(READS)('reads: %s', (reads) => {
  test('nothing is told before the channel is resumed, and its end is told once', async () => {
    const terminator = await terminatorOf();
    const { client, channel, told } = await pair(reads, (plain) => terminator.terminate(plain));
    const secured = channel.secure?.();
    const secure = connectTls({ socket: client, host: '127.0.0.1', ca: AUTHORITY.cert });
    secure.end('last words');
    await secured;
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    expect(told.bytes).toEqual([]);
    channel.resume();
    await told.until(() => told.ends.includes('ended'));
    expect(Buffer.concat(told.bytes).toString()).toBe('last words');
    expect(channel.send([content(10)])).toBeTypeOf('boolean');
    channel.end();
    await told.until(() => told.ends.includes('closed'));
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    expect(told.ends).toEqual(['ended', 'closed']);
  });

  test('what is queued under TLS is not gathered', async () => {
    const terminator = await terminatorOf();
    const { client, channel } = await pair(reads, (plain) => terminator.terminate(plain));
    const secured = channel.secure?.();
    const secure = connectTls({ socket: client, host: '127.0.0.1', ca: AUTHORITY.cert });
    await secured;
    const gather = vi.spyOn(Socket.prototype, '_writev');
    onTestFinished(() => gather.mockRestore());
    const parts = [1, 2, 3, 4].map((tag) => content(300_000, tag));
    channel.send(parts);
    channel.end();
    const heard: Buffer[] = [];
    secure.on('data', (bytes: Buffer) => heard.push(bytes));
    await once(secure, 'end');
    expect(Buffer.concat(heard).equals(Buffer.concat(parts))).toBe(true);
    expect(gather).not.toHaveBeenCalled();
  });

  test('what is queued in the clear is sent before TLS begins', async () => {
    const terminator = await terminatorOf();
    const { client, channel } = await pair(reads, (plain) => terminator.terminate(plain));
    const length = 8 * 2 ** 20;
    expect(channel.send([content(length)])).toBe(false);
    const secured = channel.secure?.();
    let heard = 0;
    await new Promise<void>((resolve) => {
      client.on('data', (bytes) => {
        heard += bytes.length;
        if (heard >= length) resolve();
      });
    });
    expect(heard).toBe(length);
    client.removeAllListeners('data');
    connectTls({ socket: client, host: '127.0.0.1', ca: AUTHORITY.cert });
    expect(await secured).toEqual({});
  });

  test('C-090 a failure that leaves the socket open closes it all the same, and is told', async () => {
    const { client, channel, told } = await pair(reads, () => Promise.reject(new Error('refused')));
    await expect(channel.secure?.()).rejects.toThrow('refused');
    await once(client.resume(), 'close');
    await told.until(() => told.ends.length > 0);
    expect(told.ends).toEqual(['closed: refused']);
  });

  test('C-285 an end in the middle of the handshake closes at once', async () => {
    const terminator = await terminatorOf();
    const { client, channel, told } = await pair(reads, (plain) => terminator.terminate(plain));
    const secured = channel.secure?.();
    channel.end();
    await expect(secured).rejects.toThrow(/closed/);
    await once(client.resume(), 'close');
    await told.until(() => told.ends.length > 0);
    expect(told.ends).toHaveLength(1);
  });

  test('a peer that is gone before TLS begins is told of once', async () => {
    const terminator = await terminatorOf();
    const { client, channel, told } = await pair(reads, (plain) => terminator.terminate(plain));
    client.resetAndDestroy();
    channel.resume();
    await told.until(() => told.ends.length > 0);
    await expect(channel.secure?.()).rejects.toThrow('closed before its TLS handshake');
    expect(told.ends).toHaveLength(1);
  });
});
