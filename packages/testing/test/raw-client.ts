/** A client that says bytes and hears bytes, without a socket. */
import {
  ClientFlag,
  encodeClientFlags,
  encodeOptionHeader,
  encodeRequest,
  encodeText,
  measureText,
  OPTION_HEADER_BYTES,
  type Request,
  REQUEST_BYTES,
} from '@nbd/codec';
import type { Channel } from '@nbd/session';

export class RawClient {
  readonly #channel: Channel;
  #heard = new Uint8Array(0);
  #isOver = false;
  #changed: () => void = () => undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.start({
      received: (bytes) => {
        this.#heard = Buffer.concat([this.#heard, bytes]);
        this.#changed();
      },
      sent: () => undefined,
      ended: () => {
        this.#isOver = true;
        this.#changed();
      },
      closed: () => {
        this.#isOver = true;
        this.#changed();
      },
    });
  }

  say(...bytes: readonly Uint8Array[]): void {
    this.#channel.send([Buffer.concat(bytes)]);
  }

  /** All that was heard so far, once it is so many bytes, or nothing more will come. */
  async hears(bytes: number): Promise<Uint8Array> {
    while (this.#heard.length < bytes && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    return this.#heard;
  }
}

export function clientFlags({ noZeroes }: { readonly noZeroes: boolean }): Uint8Array {
  const bytes = new Uint8Array(4);
  const flags = ClientFlag.FIXED_NEWSTYLE | (noZeroes ? ClientFlag.NO_ZEROES : 0);
  encodeClientFlags(viewOf(bytes), 0, { clientFlags: flags });
  return bytes;
}

export function option(number: number, text: string): Uint8Array {
  const length = measureText(text);
  const bytes = new Uint8Array(OPTION_HEADER_BYTES + length);
  encodeOptionHeader(viewOf(bytes), 0, { option: number, length });
  encodeText(viewOf(bytes), OPTION_HEADER_BYTES, text);
  return bytes;
}

export function request(fields: Partial<Request>): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const blank = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
  encodeRequest(viewOf(bytes), 0, { ...blank, ...fields });
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
