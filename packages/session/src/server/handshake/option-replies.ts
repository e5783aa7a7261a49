/**
 * Writes the replies to the option in hand. Each option but EXPORT_NAME gets exactly one final reply,
 * ACK or an error (C-043), and this is the one place that writes it.
 * Spec: proto.md, "Option reply message".
 */
import {
  encodeInfoReply,
  encodeMetaContextReply,
  encodeOptionReplyHeader,
  encodeServerReply,
  encodeText,
  type InfoReply,
  measureInfoReply,
  measureMetaContextReply,
  type MetaContextReply,
  measureServerReply,
  measureText,
  OPTION_REPLY_HEADER_BYTES,
  OptionReply,
  type ServerReply,
} from '@nbd/codec';
import type { Outbox } from '../outbox.ts';
import type { Refusal } from './refusal.ts';

/** An error text is at most this long, in UTF-16 units: well below 4096 bytes of UTF-8 (C-051). */
const TEXT_LENGTH_MAX = 1000;

export class OptionReplies {
  readonly #outbox: Outbox;
  /** The option that is being answered. */
  option = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  acknowledge(): void {
    this.#reply(OptionReply.ACK, 0, noData);
  }

  refuse({ type, text }: Refusal): void {
    const line = oneLine(text);
    this.#reply(type, measureText(line), (view, at) => encodeText(view, at, line));
  }

  server(entry: ServerReply): void {
    const bytes = measureServerReply(entry);
    this.#reply(OptionReply.SERVER, bytes, (view, at) => encodeServerReply(view, at, entry));
  }

  info(info: InfoReply): void {
    const bytes = measureInfoReply(info);
    this.#reply(OptionReply.INFO, bytes, (view, at) => encodeInfoReply(view, at, info));
  }

  metaContext(context: MetaContextReply): void {
    const bytes = measureMetaContextReply(context);
    this.#reply(OptionReply.META_CONTEXT, bytes, (view, at) =>
      encodeMetaContextReply(view, at, context),
    );
  }

  #reply(type: number, length: number, encode: (view: DataView, at: number) => number): void {
    this.#outbox.reserve(OPTION_REPLY_HEADER_BYTES + length, false);
    const { slab, at } = this.#outbox;
    const head = { option: this.option, type, length };
    const end = encode(slab.view, encodeOptionReplyHeader(slab.view, at, head));
    this.#outbox.commit(slab, at, end);
  }
}

function noData(_view: DataView, at: number): number {
  return at;
}

/**
 * Names of the client come back in the text, so: no control characters, no halves of a
 * pair (of surrogates), and not too much of it.
 */
function oneLine(text: string): string {
  return text.slice(0, TEXT_LENGTH_MAX).replace(/[\p{Cc}\p{Cs}]/gu, '?');
}
