/**
 * A server that does what a test tells it: refuses options, keeps requests until they are answered by
 * hand, and cuts connections. It speaks simple replies only.
 */
import { createServer, type Server, type Socket } from 'node:net';
import {
  Command,
  decodeOptionHeader,
  decodeRequest,
  encodeExportNameReply,
  encodeGreeting,
  encodeInfoReply,
  encodeOptionReplyHeader,
  encodeSimpleReply,
  HandshakeFlag,
  type InfoReply,
  measureExportNameReply,
  measureInfoReply,
  Option,
  OptionReply,
  TransmissionFlag,
} from '@nbd/codec';
import { onTestFinished } from 'vitest';

/** A request that was asked for, to be answered or not. */
export interface Asked {
  /** CommandFlag bits. */
  readonly flags: number;
  readonly type: number;
  readonly offset: number;
  readonly length: number;
  readonly payload: Uint8Array;
  /** Counts connections from 0. */
  readonly connection: number;
  readonly answer: (error?: number, data?: Uint8Array) => void;
  /** Cuts the connection that it came by. */
  readonly cut: () => void;
}

export class ScriptedServer {
  /** Of the export, from the next connection on. */
  size: number = 2 ** 20;
  flags: number =
    TransmissionFlag.HAS_FLAGS |
    TransmissionFlag.SEND_FLUSH |
    TransmissionFlag.SEND_FUA |
    TransmissionFlag.SEND_TRIM |
    TransmissionFlag.SEND_WRITE_ZEROES;
  blockSize: readonly [minimum: number, preferred: number, payloadMax: number] | undefined;
  /** False: it accepts connections and says nothing. */
  greets = true;
  /** What it answers to an option in place of granting it. It knows GO and EXPORT_NAME. */
  readonly refusals: Map<number, number> = new Map();
  /** The options that were asked for, of all connections. */
  readonly options: number[] = [];
  /** The requests that were made and not taken by `next`, of all connections. */
  readonly asked: Asked[] = [];
  /** How often a client said DISC. */
  disconnects = 0;
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #changed: () => void = () => undefined;

  constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get uri(): string {
    const address = this.#server.address();
    return typeof address === 'object' ? `nbd://127.0.0.1:${address?.port}/` : '';
  }

  /** The next request, once it is there. */
  async next(): Promise<Asked> {
    await this.until(() => this.asked.length > 0);
    return this.asked.shift() as Asked;
  }

  /** Resolves when that is so; it is looked at after each thing that a client says. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** Cuts all connections. What they had asked for is forgotten. */
  cut(): void {
    this.asked.length = 0;
    for (const socket of this.#sockets) socket.destroy();
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  /** Cuts all connections and takes no more. */
  stop(): void {
    this.cut();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    const connection = this.connections++;
    this.#changed();
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#changed();
    });
    if (this.greets) {
      const flags = HandshakeFlag.FIXED_NEWSTYLE | HandshakeFlag.NO_ZEROES;
      socket.write(message(18, (view) => encodeGreeting(view, 0, { handshakeFlags: flags })));
    }
    this.#converse(socket, connection).catch((error: unknown) => socket.destroy(error as Error));
  }

  async #converse(socket: Socket, connection: number): Promise<void> {
    const take = reader(socket);
    await take(4);
    while (!(await this.#option(socket, take)));
    for (;;) await this.#request(socket, take, connection);
  }

  /** Answers whether the export is entered. */
  async #option(socket: Socket, take: Take): Promise<boolean> {
    const header = decodeOptionHeader(viewOf(await take(16)), 0, { option: 0, length: 0 });
    const { option } = header;
    await take(header.length);
    this.options.push(option);
    this.#changed();
    const exportInfo = { kind: 'export', size: this.size, transmissionFlags: this.flags } as const;
    if (option === Option.EXPORT_NAME) {
      const reply = { size: this.size, transmissionFlags: this.flags, zeroes: false };
      socket.write(
        message(measureExportNameReply(reply), (view) => encodeExportNameReply(view, 0, reply)),
      );
      return true;
    }
    const refusal =
      this.refusals.get(option) ?? (option === Option.GO ? undefined : OptionReply.ERR_UNSUP);
    if (refusal !== undefined) {
      socket.write(optionReply(option, refusal));
      return false;
    }
    const infos: InfoReply[] = [exportInfo];
    if (this.blockSize !== undefined) {
      const [minimum, preferred, payloadMax] = this.blockSize;
      infos.push({ kind: 'block-size', minimum, preferred, payloadMax });
    }
    for (const info of infos) socket.write(optionReply(option, OptionReply.INFO, info));
    socket.write(optionReply(option, OptionReply.ACK));
    return true;
  }

  async #request(socket: Socket, take: Take, connection: number): Promise<void> {
    const head = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
    const request = decodeRequest(viewOf(await take(28)), 0, head);
    const { flags, type, offset, length, cookieHigh, cookieLow } = request;
    const payload = await take(type === Command.WRITE ? length : 0);
    if (type === Command.DISC) {
      this.disconnects++;
      socket.end();
    } else {
      const answer: Asked['answer'] = (error = 0, data = new Uint8Array(0)) => {
        const reply = { error, cookieHigh, cookieLow };
        socket.write(message(16, (view) => encodeSimpleReply(view, 0, reply)));
        if (data.length > 0) socket.write(data);
      };
      const cut = (): void => void socket.destroy();
      this.asked.push({ flags, type, offset, length, payload, connection, answer, cut });
    }
    this.#changed();
  }
}

/** A scripted server for the length of a test. */
export async function scriptedServer(): Promise<ScriptedServer> {
  const server = new ScriptedServer();
  await server.listen();
  onTestFinished(() => server.stop());
  return server;
}

export type Take = (count: number) => Promise<Uint8Array>;

/** Answers the next bytes of the socket, as many as asked for; rejects when there will be no more. */
export function reader(socket: Socket): Take {
  const buffered = { chunks: [] as Buffer[], length: 0 };
  let changed = nothing;
  socket.on('data', (bytes: Buffer) => {
    buffered.chunks.push(bytes);
    buffered.length += bytes.length;
    changed();
  });
  socket.on('close', () => changed());
  return async (count) => {
    while (buffered.length < count) {
      if (socket.destroyed) throw new Error('the client is gone');
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
    const all = Buffer.concat(buffered.chunks);
    buffered.chunks = [all.subarray(count)];
    buffered.length -= count;
    return all.subarray(0, count);
  };
}

export function optionReply(option: number, type: number, info?: InfoReply): Uint8Array {
  const length = info === undefined ? 0 : measureInfoReply(info);
  return message(20 + length, (view) => {
    const at = encodeOptionReplyHeader(view, 0, { option, type, length });
    if (info !== undefined) encodeInfoReply(view, at, info);
  });
}

export function message(bytes: number, encode: (view: DataView) => unknown): Uint8Array {
  const buffer = new Uint8Array(bytes);
  encode(viewOf(buffer));
  return buffer;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function nothing(): void {}
