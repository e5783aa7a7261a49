/**
 * Reads the replies to one option up to the final one. Their lengths are checked before there is memory for
 * them, and the data of an error is always read past (K-006).
 * Spec: proto.md, "Option reply types".
 */
import {
  decodeOptionReplyHeader,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  spellOption,
  spellOptionReply,
} from '@nbd/codec';
import type { Inbox } from '../../memory/inbox.ts';
import { readServerText } from '../server-text.ts';
import { takeWhole } from '../take-whole.ts';
import { Violation } from '../violation.ts';
import type { OptionGathering } from './option-gathering.ts';

/** Data that is held in memory: an entry of LIST has 8 KiB at most, and unknown infos may grow. */
const KEPT_BYTES_MAX = 64 * 1024;
/** Data of an error that is read past, as much as the largest payload that peers must bear. */
const SKIPPED_BYTES_MAX = 32 * 2 ** 20;
const ERROR_BIT = 0x8000_0000;

/** The final reply to an option; the text of an error is cleaned. */
export interface FinalReply {
  /** OptionReply.ACK, or an error. */
  readonly type: number;
  readonly text: string;
}

export class OptionReplyReader {
  readonly #inbox: Inbox;
  readonly #repliesBytesMax: number;
  readonly #header: { option: number; type: number; length: number } = {
    option: 0,
    type: 0,
    length: 0,
  };
  /** Whether `#header` is that of the reply in hand. */
  #inReply = false;
  /** Data of an error too long to keep, still to come; undefined: there is none such. */
  #skipBytes: number | undefined;
  #repliesBytes = 0;

  constructor(inbox: Inbox, repliesBytesMax: number) {
    this.#inbox = inbox;
    this.#repliesBytesMax = repliesBytesMax;
  }

  /** Forgets the replies to the last option. */
  reset(): void {
    this.#inReply = false;
    this.#skipBytes = undefined;
    this.#repliesBytes = 0;
  }

  /**
   * Gives the entries to `gathering`, and answers the final reply; undefined: more bytes are needed.
   *
   * @throws WireError, Violation
   */
  read(gathering: OptionGathering): FinalReply | undefined {
    for (;;) {
      if (!this.#inReply && !this.#readHeader(gathering)) return undefined;
      if (this.#skipBytes !== undefined) return this.#skipText(this.#skipBytes);
      const data = takeWhole(this.#inbox, this.#header.length);
      if (data === undefined) return undefined;
      this.#inReply = false;
      const { type } = this.#header;
      if (type === OptionReply.ACK) return { type, text: '' };
      if (type >= ERROR_BIT) return { type, text: readServerText(data) };
      gathering.add(data);
    }
  }

  #readHeader(gathering: OptionGathering): boolean {
    if (!this.#inbox.header(OPTION_REPLY_HEADER_BYTES)) return false;
    decodeOptionReplyHeader(this.#inbox.view, this.#inbox.at, this.#header);
    this.#checkHeader(gathering);
    this.#inReply = true;
    return true;
  }

  #checkHeader({ option, entryType }: OptionGathering): void {
    const { type, length } = this.#header;
    if (this.#header.option !== option) {
      const found = spellOption(this.#header.option);
      throw new Violation(
        'bad-option-reply',
        `expected a reply to ${spellOption(option)}, found one to ${found}`,
      );
    }
    if (type >= ERROR_BIT) {
      if (length > SKIPPED_BYTES_MAX) this.#failLength(SKIPPED_BYTES_MAX);
      if (length > KEPT_BYTES_MAX) this.#skipBytes = length;
      return;
    }
    if (type !== OptionReply.ACK && type !== entryType) {
      const found = spellOptionReply(type);
      throw new Violation(
        'bad-option-reply',
        `${spellOption(option)}: expected no ${found} in answer to it`,
      );
    }
    if (type === OptionReply.ACK && length > 0) {
      throw new Violation(
        'bad-option-reply',
        `${spellOption(option)}: expected an ACK without data, found ${length} bytes`,
      );
    }
    if (length > KEPT_BYTES_MAX) this.#failLength(KEPT_BYTES_MAX);
    this.#repliesBytes += OPTION_REPLY_HEADER_BYTES + length;
    if (this.#repliesBytes > this.#repliesBytesMax) {
      throw new Violation(
        'too-many-option-replies',
        `${spellOption(option)}: expected at most ${this.#repliesBytesMax} bytes of replies`,
      );
    }
  }

  /** The text of an error that is too long to be one. */
  #skipText(missing: number): FinalReply | undefined {
    const left = missing - this.#inbox.discard(missing);
    this.#skipBytes = left;
    if (left > 0) return undefined;
    const { type } = this.#header;
    return { type, text: '' };
  }

  #failLength(expected: number): never {
    const { option, length } = this.#header;
    throw new Violation(
      'option-reply-too-long',
      `${spellOption(option)}: expected a reply of at most ${expected} bytes, found ${length}`,
    );
  }
}
