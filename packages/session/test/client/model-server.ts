/**
 * A naive server of one disk in memory, for properties: it understands requests with plain code, carries them out in
 * their order, and answers in any order and in any pieces.
 */
import {
  Command,
  CommandFlag,
  decodeExtendedRequest,
  decodeRequest,
  ErrorCode,
  EXTENDED_REQUEST_BYTES,
  type Request,
  REQUEST_BYTES,
} from '@nbd/codec';
import type { ReplyMode } from '../../src/index.ts';
import { concat } from '../client-bytes.ts';
import type { Dice } from './dice.ts';
import {
  chunk,
  data,
  error,
  extendedChunk,
  hole,
  lastChunk,
  lastExtendedChunk,
  NONE,
  type Payload,
  simple,
  status,
  statusExt,
} from './reply-bytes.ts';

export class ModelServer {
  readonly disk: Uint8Array;
  readonly #mode: ReplyMode;
  readonly #dice: Dice;
  /** Each a reply, of one piece or several that must come in this order. */
  #replies: Uint8Array[][] = [];

  constructor(mode: ReplyMode, size: number, dice: Dice) {
    this.#mode = mode;
    this.disk = new Uint8Array(size);
    this.#dice = dice;
  }

  /** Carries out all requests of `bytes`, which must be whole. */
  hears(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isExtended = this.#mode === 'extended';
    for (let at = 0; at < bytes.length; ) {
      const fields = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
      const request = (isExtended ? decodeExtendedRequest : decodeRequest)(view, at, fields);
      at += isExtended ? EXTENDED_REQUEST_BYTES : REQUEST_BYTES;
      const payload = request.type === Command.WRITE ? request.length : 0;
      if (isExtended && payload > 0 && (request.flags & CommandFlag.PAYLOAD_LEN) === 0) {
        throw new Error('a WRITE without PAYLOAD_LEN');
      }
      this.#replies.push(this.#carryOut(request, bytes.subarray(at, at + payload)));
      at += payload;
    }
  }

  /** Some of what is to be said, or all of it; pieces of different replies are mixed. */
  says(all: boolean): Uint8Array {
    const parts: Uint8Array[] = [];
    while (this.#replies.length > 0) {
      if (!all && this.#dice.oneIn(6)) break;
      const chosen = this.#dice.below(this.#replies.length);
      const reply = this.#replies[chosen] as Uint8Array[];
      parts.push(reply.shift() as Uint8Array);
      if (reply.length === 0) this.#replies.splice(chosen, 1);
    }
    return concat(...parts);
  }

  /** Which requests fail: their offset says so, so that the test knows it, too. */
  static fails({ type, offset }: Pick<Request, 'type' | 'offset'>): boolean {
    return type !== Command.FLUSH && offset % 11 === 10;
  }

  #carryOut(request: Request, payload: Uint8Array): Uint8Array[] {
    const { type, offset, length } = request;
    if (ModelServer.fails(request)) return this.#reply(request, [error(ErrorCode.EIO, 'no')]);
    const end = offset + length;
    switch (type) {
      case Command.READ:
        return this.#readReply(request, this.disk.slice(offset, end));
      case Command.WRITE:
        this.disk.set(payload, offset);
        return this.#reply(request, []);
      case Command.WRITE_ZEROES:
        this.disk.fill(0, offset, end);
        return this.#reply(request, []);
      case Command.BLOCK_STATUS: {
        const extent = { length, flags: offset };
        const report = this.#mode === 'extended' ? statusExt(1, extent) : status(1, extent);
        return this.#reply(request, [report]);
      }
      default:
        return this.#reply(request, []);
    }
  }

  #readReply(request: Request, content: Uint8Array): Uint8Array[] {
    if (this.#mode === 'simple') return [simple(request, 0, content)];
    const pieces: Payload[] = [];
    for (const piece of this.#dice.cut(content)) {
      const offset = request.offset + piece.byteOffset - content.byteOffset;
      const isHole = piece.every((byte) => byte === 0) && !this.#dice.oneIn(4);
      pieces.splice(
        this.#dice.below(pieces.length + 1),
        0,
        isHole ? hole(offset, piece.length) : data(offset, piece),
      );
    }
    return this.#reply(request, pieces);
  }

  /** A reply of these payloads, in whatever form. */
  #reply(request: Request, payloads: readonly Payload[]): Uint8Array[] {
    if (this.#mode === 'simple') return [simple(request, payloads.length > 0 ? ErrorCode.EIO : 0)];
    const all = payloads.length === 0 || this.#dice.oneIn(3) ? [...payloads, NONE] : payloads;
    const form = this.#mode === 'extended' ? extendedChunk : chunk;
    const lastForm = this.#mode === 'extended' ? lastExtendedChunk : lastChunk;
    return all.map((payload, i) => (i === all.length - 1 ? lastForm : form)(request, payload));
  }
}
