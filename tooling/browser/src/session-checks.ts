/** A session served in a page: a client at the other end of a channel in memory reads a disk. */
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
  HandshakeFlag,
  measureInfoRequest,
  Option,
  OPTION_HEADER_BYTES,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  REQUEST_BYTES,
  SIMPLE_REPLY_BYTES,
} from '@nbd/codec';
import { oneExport } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { type Channel, memoryChannelPair, serveChannel } from '@nbd/session';
import { type Check, expectSame } from './check.ts';

const GO = { exportName: '', infos: [] };
const CONTENT = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
const cookie = { cookieHigh: 0x0102_0304, cookieLow: 0x0506_0708 };

export const sessionChecks: readonly Check[] = [
  {
    name: 'session: serves a disk in memory over a channel in memory',
    async run() {
      const disk = memoryDriver({ size: 4096 });
      await disk.write?.(CONTENT, 0, { fua: false });
      const [clientEnd, serverEnd] = memoryChannelPair();
      const client = new Client(clientEnd);
      const session = serveChannel(serverEnd, {
        exports: oneExport({ driver: disk }),
        context: { peer: 'this page' },
      });

      const { handshakeFlags } = decodeGreeting(await client.hears(GREETING_BYTES), 0, {
        handshakeFlags: 0,
      });
      expectSame(handshakeFlags & HandshakeFlag.FIXED_NEWSTYLE, HandshakeFlag.FIXED_NEWSTYLE);

      client.says(CLIENT_FLAGS_BYTES, (view) => {
        encodeClientFlags(view, 0, { clientFlags: ClientFlag.FIXED_NEWSTYLE });
      });
      const length = measureInfoRequest(GO);
      client.says(OPTION_HEADER_BYTES + length, (view) => {
        encodeInfoRequest(view, encodeOptionHeader(view, 0, { option: Option.GO, length }), GO);
      });
      const replies: number[] = [];
      while (replies.at(-1) !== OptionReply.ACK) {
        const header = decodeOptionReplyHeader(await client.hears(OPTION_REPLY_HEADER_BYTES), 0, {
          option: 0,
          type: 0,
          length: 0,
        });
        await client.hears(header.length);
        replies.push(header.type);
      }
      expectSame([...new Set(replies)], [OptionReply.INFO, OptionReply.ACK]);

      client.says(REQUEST_BYTES, (view) => {
        encodeRequest(view, 0, { flags: 0, type: Command.READ, ...cookie, offset: 2, length: 4 });
      });
      const reply = decodeSimpleReply(await client.hears(SIMPLE_REPLY_BYTES), 0, {
        error: -1,
        cookieHigh: 0,
        cookieLow: 0,
      });
      expectSame(reply, { error: 0, ...cookie });
      const data = await client.hears(4);
      expectSame([data.getUint8(0), data.getUint8(3)], [2, 5]);

      client.says(REQUEST_BYTES, (view) => {
        encodeRequest(view, 0, { flags: 0, type: Command.DISC, ...cookie, offset: 0, length: 0 });
      });
      clientEnd.end();
      await session.done;
    },
  },
];

/** Speaks into a channel, and hears as many bytes as it asks for. */
class Client {
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

  says(length: number, write: (view: DataView) => void): void {
    const bytes = new Uint8Array(length);
    write(new DataView(bytes.buffer));
    this.#channel.send([bytes]);
  }

  async hears(length: number): Promise<DataView> {
    while (this.#arrived.length < length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return new DataView(Uint8Array.from(this.#arrived.splice(0, length)).buffer);
  }
}
