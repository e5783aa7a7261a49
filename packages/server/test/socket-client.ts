/**
 * A client on a real socket, so that a test reads like a transcript:
 *
 *   const client = await enter(server);
 *   client.says(read(0, 512, 7));
 *   expect(await client.hearsReply(512)).toEqual({ error: 0, cookie: 7, data: content(512) });
 *
 * It waits for bytes and for ends, never for time. It closes when the server does.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  decodeOptionReplyHeader,
  decodeSimpleReply,
  GREETING_BYTES,
  Option,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  SIMPLE_REPLY_BYTES,
} from '@nbd/codec';
import type { Address, Server } from '../src/index.ts';
import { clientFlags, concat, go, option as optionBytes } from './client-bytes.ts';
import { isServedByWay, WAY, WAY_TLS } from './way.ts';

export interface HeardOptionReply {
  readonly option: number;
  readonly type: number;
  readonly data: Uint8Array;
}

export interface HeardReply {
  readonly error: number;
  readonly cookie: number;
  readonly data: Uint8Array;
}

export class SocketClient {
  readonly socket: Socket;
  /** Resolves when the socket is closed, whatever the way. */
  readonly closed: Promise<void>;
  /** What the transport said was wrong, such as ECONNRESET. */
  error: NodeJS.ErrnoException | undefined;
  readonly #transport: Socket;
  #heard: Uint8Array[] = [];
  #heardBytes = 0;
  #hasEnd = false;
  #changed: () => void = () => undefined;

  /** `transport` is the socket below, for one under TLS. */
  constructor(socket: Socket, transport: Socket = socket) {
    this.socket = socket;
    this.#transport = transport;
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#hasEnd = true;
        this.#changed();
        resolve();
      });
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('end', () => {
      this.#hasEnd = true;
      this.#changed();
    });
    socket.on('data', this.#hear);
  }

  /** Listens no more: the socket is another's now. */
  handsOver(): void {
    this.socket.off('data', this.#hear);
  }

  /** Sends the parts in one piece. */
  says(...parts: readonly Uint8Array[]): void {
    this.socket.write(concat(...parts));
  }

  /** Sends the parts, and resolves when the kernel has them. */
  async saysAll(...parts: readonly Uint8Array[]): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.write(concat(...parts), () => resolve());
    });
  }

  /** Will send no more, and still listens. */
  leaves(): void {
    this.socket.end();
  }

  /** The same, and resolves when the kernel has it. */
  async leavesAll(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.end(() => resolve());
    });
  }

  /** Vanishes with a RST, or with whatever the transport has in place of it. */
  resets(): void {
    if (this.#transport.remoteAddress === undefined) this.#transport.destroy();
    else this.#transport.resetAndDestroy();
  }

  /** The next `length` bytes. Rejects if the server closes before. */
  async hears(length: number): Promise<Uint8Array> {
    while (this.#heardBytes < length) {
      if (this.#hasEnd) {
        throw new Error(`expected ${length} bytes, found ${this.#heardBytes} and then the end`);
      }
      await this.#change();
    }
    const whole = concat(...this.#heard);
    this.#heard = [whole.subarray(length)];
    this.#heardBytes = whole.length - length;
    return whole.subarray(0, length);
  }

  /** All that comes before the server closes. */
  async hearsRest(): Promise<Uint8Array> {
    while (!this.#hasEnd) await this.#change();
    return this.hears(this.#heardBytes);
  }

  async hearsOptionReply(): Promise<HeardOptionReply> {
    const bytes = await this.hears(OPTION_REPLY_HEADER_BYTES);
    const { option, type, length } = decodeOptionReplyHeader(viewOf(bytes), 0, {
      option: 0,
      type: 0,
      length: 0,
    });
    return { option, type, data: await this.hears(length) };
  }

  /** A simple reply, with `length` bytes of data unless it is an error. */
  async hearsReply(length = 0): Promise<HeardReply> {
    const bytes = await this.hears(SIMPLE_REPLY_BYTES);
    const { error, cookieLow } = decodeSimpleReply(viewOf(bytes), 0, {
      error: 0,
      cookieHigh: 0,
      cookieLow: 0,
    });
    return { error, cookie: cookieLow, data: await this.hears(error === 0 ? length : 0) };
  }

  readonly #hear = (bytes: Uint8Array): void => {
    this.#heard.push(bytes);
    this.#heardBytes += bytes.length;
    this.#changed();
  };

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#changed = resolve;
    });
  }
}

/** A client that is connected and has said nothing. */
export async function dial(address: Address): Promise<SocketClient> {
  const socket =
    address.kind === 'unix'
      ? connect({ path: address.path })
      : connect({ host: address.host, port: address.port });
  const client = new SocketClient(socket);
  await once(socket, 'connect');
  return client;
}

/** Where to reach a server. */
type Reachable = Pick<Server, 'addresses'>;

/**
 * A client of the server's first address that has heard the greeting and said its flags; where this run is under TLS and the
 * server has it by the way of this run, it is under TLS.
 */
export async function haggle(server: Reachable, flags = 3): Promise<SocketClient> {
  const client = await dial(firstAddress(server));
  client.says(clientFlags(flags));
  await client.hears(GREETING_BYTES);
  return WAY === 'tls' && isServedByWay(server) ? underTls(client) : client;
}

async function underTls(plain: SocketClient): Promise<SocketClient> {
  plain.says(optionBytes(Option.STARTTLS));
  await plain.hearsOptionReply();
  plain.handsOver();
  const socket = connectTls({ socket: plain.socket, ...WAY_TLS });
  const client = new SocketClient(socket, plain.socket);
  await Promise.race([once(socket, 'secureConnect'), client.closed]);
  return client;
}

/** A client of the server's first address that has entered an export. */
export async function enter(server: Reachable, exportName = ''): Promise<SocketClient> {
  const client = await haggle(server);
  client.says(go(exportName));
  for (;;) {
    const { type } = await client.hearsOptionReply();
    if (type === OptionReply.ACK) return client;
    if (type !== OptionReply.INFO) throw new Error(`expected INFO or ACK, found ${type}`);
  }
}

/** Another client comes and goes; by then the server has seen what its clients had sent before. */
export async function meanwhile(server: Reachable): Promise<void> {
  const passer = await haggle(server);
  passer.leaves();
  await passer.closed;
}

export function firstAddress(server: Reachable): Address {
  return server.addresses[0] as Address;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
