/** Just enough of a client to enter an export and to ask for bytes. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  Command,
  decodeGreeting,
  decodeInfoReply,
  decodeOptionReplyHeader,
  encodeClientFlags,
  encodeInfoRequest,
  encodeOptionHeader,
  encodeRequest,
  type ExportInfo,
  GREETING_BYTES,
  measureInfoRequest,
  Option,
  OPTION_HEADER_BYTES,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  REQUEST_BYTES,
} from '@nbd/codec';
import { onTestFinished } from 'vitest';

export class RawClient {
  readonly #socket: Socket;
  /** What came and was not taken. */
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** Called when more has come, or the socket has closed. */
  #wake = (): void => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
    socket.on('data', (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      this.#wake();
    });
    // Whoever waits for bytes is told by `close`, which follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#wake());
  }

  /** Connects to the server of an NBD URI and shakes hands; the end of the test disconnects. */
  static async connect(uri: string): Promise<RawClient> {
    const url = new URL(uri);
    const path = url.searchParams.get('socket');
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const socket = path === null ? connect(Number(url.port), host) : connect(path);
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    const { handshakeFlags } = decodeGreeting(viewOf(await client.take(GREETING_BYTES)), 0, {
      handshakeFlags: 0,
    });
    client.#send(4, (view) => encodeClientFlags(view, 0, { clientFlags: handshakeFlags }));
    return client;
  }

  /** Asks for an option without data, and answers what it is answered by. */
  async option(option: number): Promise<number> {
    this.#send(OPTION_HEADER_BYTES, (view) => encodeOptionHeader(view, 0, { option, length: 0 }));
    const header = decodeOptionReplyHeader(viewOf(await this.take(OPTION_REPLY_HEADER_BYTES)), 0, {
      option: 0,
      type: 0,
      length: 0,
    });
    await this.take(header.length);
    return header.type;
  }

  /** Lets go of its socket, which somebody else will speak and listen on. */
  handOver(): Socket {
    return this.#socket.removeAllListeners('data');
  }

  /** Enters an export; rejects if the server refuses it. */
  async go(exportName: string): Promise<ExportInfo> {
    const request = { exportName, infos: [] };
    const length = measureInfoRequest(request);
    this.#send(OPTION_HEADER_BYTES + length, (view) => {
      const at = encodeOptionHeader(view, 0, { option: Option.GO, length });
      return encodeInfoRequest(view, at, request);
    });
    let found: ExportInfo | undefined;
    while (true) {
      const header = decodeOptionReplyHeader(
        viewOf(await this.take(OPTION_REPLY_HEADER_BYTES)),
        0,
        { option: 0, type: 0, length: 0 },
      );
      const data = await this.take(header.length);
      if (header.type === OptionReply.ACK && found !== undefined) return found;
      if (header.type !== OptionReply.INFO) throw new Error(`GO was answered by ${header.type}`);
      const info = decodeInfoReply(data);
      if (info.kind === 'export') found = info;
    }
  }

  /** Sends a READ and does not wait for its simple reply. */
  askToRead(offset: number, length: number): void {
    const request = { flags: 0, type: Command.READ, cookieHigh: 0, cookieLow: 0, offset, length };
    this.#send(REQUEST_BYTES, (view) => encodeRequest(view, 0, request));
  }

  /** Sends a WRITE and does not wait for its simple reply. */
  askToWrite(offset: number, payload: Uint8Array): void {
    this.beginWrite(offset, payload.length);
    this.#socket.write(payload);
  }

  /** Sends a FLUSH and does not wait for its simple reply. */
  askToFlush(): void {
    const flush = {
      flags: 0,
      type: Command.FLUSH,
      cookieHigh: 0,
      cookieLow: 0,
      offset: 0,
      length: 0,
    };
    this.#send(REQUEST_BYTES, (view) => encodeRequest(view, 0, flush));
  }

  /** Sends the head of a WRITE, and nothing of its payload. */
  beginWrite(offset: number, length: number): void {
    const request = { flags: 0, type: Command.WRITE, cookieHigh: 0, cookieLow: 0, offset, length };
    this.#send(REQUEST_BYTES, (view) => encodeRequest(view, 0, request));
  }

  /** The next `length` bytes. What is not taken stays in the pipe, where it holds up the server. */
  async take(length: number): Promise<Uint8Array> {
    this.#socket.resume();
    await new Promise<void>((resolve, reject) => {
      this.#wake = () => {
        if (this.#bytes >= length) resolve();
        else if (this.#socket.closed)
          reject(new Error(`the server left, expected ${length} bytes`));
      };
      this.#wake();
    });
    this.#socket.pause();
    const all = Buffer.concat(this.#chunks);
    const rest = all.subarray(length);
    this.#chunks.splice(0, this.#chunks.length, rest);
    this.#bytes = rest.length;
    return all.subarray(0, length);
  }

  #send(length: number, encode: (view: DataView) => number): void {
    const bytes = new Uint8Array(length);
    encode(viewOf(bytes));
    this.#socket.write(bytes);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
