/** A client in a page: it speaks into a channel, and hears as many bytes as it asks for. */
import {
  CLIENT_FLAGS_BYTES,
  ClientFlag,
  Command,
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
  REQUEST_BYTES,
  SIMPLE_REPLY_BYTES,
} from '@nbd/codec';
import type { Channel } from '@nbd/session';
import { expectSame } from './check.ts';

const GO = { exportName: '', infos: [] };
const cookie = { cookieHigh: 0x0102_0304, cookieLow: 0x0506_0708 };

/** What the server has said before the export was entered. */
export interface Entrance {
  readonly handshakeFlags: number;
  /** The kinds of option reply, in order. */
  readonly replies: readonly number[];
}

export class PageClient {
  readonly #channel: Channel;
  #arrived: number[] = [];
  #wake: () => void = () => {};

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.start({
      received: (bytes) => {
        this.#arrived.push(...bytes);
        this.#wake();
      },
      sent() {},
      ended() {},
      closed() {},
    });
  }

  /** Enters the default export by GO. */
  async enters(): Promise<Entrance> {
    const greeting = await this.#hears(GREETING_BYTES);
    const { handshakeFlags } = decodeGreeting(greeting, 0, { handshakeFlags: 0 });
    this.#says(CLIENT_FLAGS_BYTES, (view) => {
      encodeClientFlags(view, 0, { clientFlags: ClientFlag.FIXED_NEWSTYLE });
    });
    const length = measureInfoRequest(GO);
    this.#says(OPTION_HEADER_BYTES + length, (view) => {
      encodeInfoRequest(view, encodeOptionHeader(view, 0, { option: Option.GO, length }), GO);
    });
    const replies: number[] = [];
    while (replies.at(-1) !== OptionReply.ACK) {
      const header = decodeOptionReplyHeader(await this.#hears(OPTION_REPLY_HEADER_BYTES), 0, {
        option: 0,
        type: 0,
        length: 0,
      });
      await this.#hears(header.length);
      replies.push(header.type);
    }
    return { handshakeFlags, replies };
  }

  async reads(offset: number, length: number): Promise<number[]> {
    this.#asks(Command.READ, offset, length);
    await this.#hearsSuccess();
    return Array.from(new Uint8Array((await this.#hears(length)).buffer));
  }

  async writes(bytes: readonly number[], offset: number): Promise<void> {
    this.#asks(Command.WRITE, offset, bytes.length);
    this.#channel.send([Uint8Array.from(bytes)]);
    await this.#hearsSuccess();
  }

  leaves(): void {
    this.#asks(Command.DISC, 0, 0);
    this.#channel.end();
  }

  #asks(type: number, offset: number, length: number): void {
    this.#says(REQUEST_BYTES, (view) => {
      encodeRequest(view, 0, { flags: 0, type, ...cookie, offset, length });
    });
  }

  async #hearsSuccess(): Promise<void> {
    const blank = { error: -1, cookieHigh: 0, cookieLow: 0 };
    const reply = decodeSimpleReply(await this.#hears(SIMPLE_REPLY_BYTES), 0, blank);
    expectSame(reply, { error: 0, ...cookie });
  }

  #says(length: number, write: (view: DataView) => void): void {
    const bytes = new Uint8Array(length);
    write(new DataView(bytes.buffer));
    this.#channel.send([bytes]);
  }

  async #hears(length: number): Promise<DataView<ArrayBuffer>> {
    while (this.#arrived.length < length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return new DataView(Uint8Array.from(this.#arrived.splice(0, length)).buffer);
  }
}
