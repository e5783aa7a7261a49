/** What a server says: its replies are written down, and struck by faults, on their way to the client. */
import {
  decodeOptionReplyHeader,
  GREETING_BYTES,
  measureExportNameReply,
  OPTION_REPLY_HEADER_BYTES,
  spellErrorCode,
  WireError,
} from '@nbd/codec';
import type { Asked, Conversation } from './conversation.ts';
import type { MessageSink } from './message-reader.ts';
import type { Outlet } from './outlet.ts';
import { type ReplyHead, readReplyHead, replyHeaderBytes } from './reply-head.ts';

export interface ServerSpeechOptions {
  readonly conversation: Conversation;
  /** To the client. */
  readonly outlet: Outlet;
  readonly cut: () => void;
}

const MAGIC_BYTES = 4;
const ERROR_BYTES = 4;

/** A reply of which at least the first header was said. */
interface Reply {
  readonly asked: Asked;
  /** An ErrorCode; of several chunks the last that was an error counts. */
  error: number;
  /** What is held back; `undefined`: nothing is. */
  readonly held: Uint8Array[] | undefined;
}

export class ServerSpeech implements MessageSink {
  readonly #options: ServerSpeechOptions;
  readonly #replies = new Map<bigint, Reply>();
  /** Replies that wait for the end of the message that is being said. */
  readonly #delayed: (() => void)[] = [];
  #hasGreeted = false;
  #isInMessage = false;
  /** Of the message that is being said. */
  #reply: Reply | undefined;
  #head: ReplyHead | undefined;
  /** The first bytes of the payload of an error. */
  #errorBytes: number[] = [];
  /** After so many bytes of the payload the connection is cut. */
  #cutAfter = Number.POSITIVE_INFINITY;

  constructor(options: ServerSpeechOptions) {
    this.#options = options;
  }

  headerBytes(start: Uint8Array): number {
    if (!this.#hasGreeted) return GREETING_BYTES;
    const { awaitsExportName, hasZeroes } = this.#options.conversation;
    if (awaitsExportName) return measureExportNameReply({ zeroes: hasZeroes });
    if (start.length < MAGIC_BYTES) return MAGIC_BYTES;
    return replyHeaderBytes(viewOf(start).getUint32(0)) ?? OPTION_REPLY_HEADER_BYTES;
  }

  header(bytes: Uint8Array): number | undefined {
    this.#isInMessage = true;
    const { conversation, outlet } = this.#options;
    const view = viewOf(bytes);
    if (!this.#hasGreeted || conversation.awaitsExportName) {
      this.#hasGreeted = true;
      conversation.awaitsExportName = false;
      outlet.write(bytes);
      return 0;
    }
    if (replyHeaderBytes(view.getUint32(0)) !== undefined) return this.#sayHead(bytes, view);
    outlet.write(bytes);
    return optionPayloadBytes(view);
  }

  payload(bytes: Uint8Array): void {
    const missing = ERROR_BYTES - this.#errorBytes.length;
    if (this.#head?.isError === true) this.#errorBytes.push(...bytes.subarray(0, missing));
    const part = bytes.subarray(0, this.#cutAfter);
    this.#cutAfter -= part.length;
    this.#say(part);
    if (this.#cutAfter === 0) this.#options.cut();
  }

  end(): void {
    this.#isInMessage = false;
    const head = this.#head;
    const reply = this.#reply;
    this.#head = undefined;
    this.#reply = undefined;
    if (reply !== undefined && head !== undefined) this.#endMessage(reply, head);
    for (const say of this.#delayed.splice(0)) say();
  }

  unknown(bytes: Uint8Array): void {
    this.#options.outlet.write(bytes);
  }

  /** Answers how many bytes of payload follow. */
  #sayHead(bytes: Uint8Array, view: DataView): number {
    const head = readReplyHead(view);
    const { conversation } = this.#options;
    const asked = conversation.asked.get(head.cookie);
    const isFirst = !this.#replies.has(head.cookie);
    if (asked !== undefined && isFirst) {
      const held = asked.strike?.reordering && [];
      this.#replies.set(head.cookie, { asked, error: 0, held });
    }
    this.#head = head;
    this.#reply = this.#replies.get(head.cookie);
    this.#errorBytes = [];
    if (this.#reply !== undefined) this.#reply.error = head.error ?? this.#reply.error;
    const payloadBytes = payloadBytesOf(head, asked);
    if (isFirst) this.#strike(bytes, payloadBytes);
    this.#say(bytes);
    if (this.#cutAfter === 0) this.#options.cut();
    return payloadBytes;
  }

  /** What befalls a reply befalls its first header. */
  #strike(header: Uint8Array, payloadBytes: number): void {
    const { cut, outlet } = this.#options;
    const strike = this.#reply?.asked.strike;
    if (strike?.garble !== undefined) flipBit(header, strike.garble === 'magic' ? 0 : 8);
    if (strike?.cut === 'in the payload') this.#cutAfter = Math.floor(payloadBytes / 2);
    if (strike?.cut === 'in the header') outlet.write(header.subarray(0, header.length / 2));
    if (strike?.cut === 'in the header' || strike?.cut === 'before the reply') cut();
  }

  #endMessage(reply: Reply, head: ReplyHead): void {
    if (this.#errorBytes.length === ERROR_BYTES) {
      reply.error = viewOf(Uint8Array.from(this.#errorBytes)).getUint32(0);
    }
    if (!head.isLast) return;
    const { conversation } = this.#options;
    this.#replies.delete(head.cookie);
    const { asked, held, error } = reply;
    const said = (): void => {
      conversation.asked.delete(head.cookie);
      asked.answered(error === 0 ? 'ok' : spellErrorCode(error));
    };
    if (held === undefined) said();
    else asked.strike?.reordering?.hold(this, () => this.#sayLater(held, said));
  }

  #say(bytes: Uint8Array): void {
    const held = this.#reply?.held;
    if (held === undefined) this.#options.outlet.write(bytes);
    else held.push(bytes.slice());
  }

  /** Says what was held as soon as no other message is being said. */
  #sayLater(held: readonly Uint8Array[], said: () => void): void {
    const say = (): void => {
      for (const bytes of held) this.#options.outlet.write(bytes);
      this.#options.outlet.send();
      said();
    };
    if (this.#isInMessage) this.#delayed.push(say);
    else say();
  }
}

function payloadBytesOf({ payloadBytes, error }: ReplyHead, asked: Asked | undefined): number {
  if (payloadBytes !== undefined) return payloadBytes;
  return error === 0 && asked?.call === 'read' ? asked.length : 0;
}

function optionPayloadBytes(view: DataView): number | undefined {
  try {
    return decodeOptionReplyHeader(view, 0, { option: 0, type: 0, length: 0 }).length;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function flipBit(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
