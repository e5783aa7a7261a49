/**
 * A client that says what it is told to, byte by byte if need be, lawful or not. It speaks through the
 * codec and knows no more of the protocol than where a message ends.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  CLIENT_FLAGS_BYTES,
  ClientFlag,
  decodeGreeting,
  decodeOptionReplyHeader,
  decodeSimpleReply,
  encodeClientFlags,
  encodeInfoRequest,
  encodeOptionHeader,
  encodeRequest,
  GREETING_BYTES,
  measureInfoRequest,
  Option,
  OPTION_HEADER_BYTES,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  type Request,
  REQUEST_BYTES,
  SIMPLE_REPLY_BYTES,
  type SimpleReply,
} from '@nbd/codec';
import { onTestFinished } from 'vitest';
import type { ServedDisk, Transport } from './served-disk.ts';

const FIRST_ERROR_REPLY = 0x8000_0000;
const NOTHING = new Uint8Array(0);

export interface OptionAnswer {
  /** An OptionReply. */
  readonly type: number;
  readonly data: Uint8Array;
}

/** The fields of a request that differ from 0. The cookie is a pair of signed words. */
export type RequestFields = Pick<Request, 'type'> & Partial<Request>;

export class RawClient {
  readonly socket: Socket;
  #changed: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    // Listeners that come and go would each be told at once of what is there already, without end.
    for (const event of ['readable', 'end', 'close']) socket.on(event, () => this.#changed?.());
  }

  /** Connects, for the length of one test. The greeting is not yet read. */
  static async connect(served: ServedDisk, transport: Transport): Promise<RawClient> {
    const socket = connect(served.address(transport));
    // A reset is the end of what there is to read, and seen there.
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return new RawClient(socket);
  }

  /** Connects and enters an export by GO. */
  static async enter(
    served: ServedDisk,
    transport: Transport,
    exportName = '',
  ): Promise<RawClient> {
    const client = await RawClient.connect(served, transport);
    await client.greet(ClientFlag.FIXED_NEWSTYLE | ClientFlag.NO_ZEROES);
    const answers = await client.option(Option.GO, infoRequest(exportName));
    if (answers.at(-1)?.type !== OptionReply.ACK) throw new Error(`no export ${exportName}`);
    return client;
  }

  /** Reads the greeting and answers it with `clientFlags`. */
  async greet(clientFlags: number): Promise<void> {
    decodeGreeting(viewOf(await this.take(GREETING_BYTES)), 0, { handshakeFlags: 0 });
    this.send(message(CLIENT_FLAGS_BYTES, (view) => encodeClientFlags(view, 0, { clientFlags })));
  }

  /** Sends an option, and reads its replies up to the final one. */
  async option(option: number, data: Uint8Array = NOTHING): Promise<readonly OptionAnswer[]> {
    this.sendOption(option, data);
    const answers: OptionAnswer[] = [];
    for (;;) {
      const header = { option: 0, type: 0, length: 0 };
      decodeOptionReplyHeader(viewOf(await this.take(OPTION_REPLY_HEADER_BYTES)), 0, header);
      answers.push({ type: header.type, data: await this.take(header.length) });
      if (header.type === OptionReply.ACK || header.type >= FIRST_ERROR_REPLY) return answers;
    }
  }

  sendOption(option: number, data: Uint8Array): void {
    const header = { option, length: data.length };
    this.send(message(OPTION_HEADER_BYTES, (view) => encodeOptionHeader(view, 0, header)));
    this.send(data);
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Reads one simple reply, without the data that follows it if a READ succeeded. */
  async reply(): Promise<SimpleReply> {
    const head = viewOf(await this.take(SIMPLE_REPLY_BYTES));
    return decodeSimpleReply(head, 0, { error: 0, cookieHigh: 0, cookieLow: 0 });
  }

  /**
   * The next `length` bytes.
   *
   * @throws Error if the server closes before it has sent them.
   */
  async take(length: number): Promise<Uint8Array> {
    if (length === 0) return NOTHING;
    for (;;) {
      const bytes = this.socket.read(length) as Uint8Array | null;
      if (bytes?.length === length) return bytes;
      if (bytes !== null || this.#isOver) {
        throw new Error(`expected ${length} bytes, found ${bytes?.length ?? 0} before the end`);
      }
      await this.#change();
    }
  }

  /** What the server sends until it closes. */
  async takeRest(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const bytes = this.socket.read() as Uint8Array | null;
      if (bytes !== null) parts.push(bytes);
      else if (this.#isOver) return Buffer.concat(parts);
      else await this.#change();
    }
  }

  get #isOver(): boolean {
    return this.socket.readableEnded || this.socket.destroyed;
  }

  /** Waits until there may be more to read, or the end. */
  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#changed = resolve;
    });
  }
}

/** The data of INFO or GO for an export, asking for no more than must be told. */
export function infoRequest(exportName: string): Uint8Array {
  const request = { exportName, infos: [] };
  return message(measureInfoRequest(request), (view) => encodeInfoRequest(view, 0, request));
}

/** A request, and the payload behind it. */
export function requestBytes(fields: RequestFields, payload: Uint8Array = NOTHING): Uint8Array {
  const request = { flags: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0, ...fields };
  const bytes = message(REQUEST_BYTES + payload.length, (view) => encodeRequest(view, 0, request));
  bytes.set(payload, REQUEST_BYTES);
  return bytes;
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function message(length: number, encode: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  encode(viewOf(bytes));
  return bytes;
}
