/**
 * Says options: a header, and what an option needs to know.
 * Spec: proto.md, "Option types".
 */
import {
  encodeInfoRequest,
  encodeMetaContextRequest,
  encodeOptionHeader,
  encodeText,
  type InfoRequest,
  measureInfoRequest,
  measureMetaContextRequest,
  measureText,
  type MetaContextRequest,
  type Option,
  OPTION_HEADER_BYTES,
} from '@nbd/codec';
import type { ClientOutbox } from '../client-outbox.ts';

export class OptionWriter {
  readonly #outbox: ClientOutbox;

  constructor(outbox: ClientOutbox) {
    this.#outbox = outbox;
  }

  /** An option without data. */
  bare(option: Option): void {
    this.#head(option, 0);
  }

  /** An option of which the data is a name. @throws RangeError if it cannot be sent */
  name(option: Option, name: string): void {
    const at = this.#head(option, measureText(name));
    encodeText(this.#outbox.slab.view, at, name);
  }

  /** INFO or GO. @throws RangeError if the name cannot be sent */
  info(option: Option, request: InfoRequest): void {
    const at = this.#head(option, measureInfoRequest(request));
    encodeInfoRequest(this.#outbox.slab.view, at, request);
  }

  /** LIST_META_CONTEXT or SET_META_CONTEXT. @throws RangeError if a string cannot be sent */
  contexts(option: Option, request: MetaContextRequest): void {
    const at = this.#head(option, measureMetaContextRequest(request));
    encodeMetaContextRequest(this.#outbox.slab.view, at, request);
  }

  /** Makes room for an option, writes its header, and answers where its data goes. */
  #head(option: Option, length: number): number {
    this.#outbox.append(OPTION_HEADER_BYTES + length);
    return encodeOptionHeader(this.#outbox.slab.view, this.#outbox.at, { option, length });
  }
}
