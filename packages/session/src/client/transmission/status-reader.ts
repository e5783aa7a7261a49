/**
 * Reads the chunks of a BLOCK_STATUS, extent by extent as they arrive, so that a chunk takes no memory beside the
 * extents that are kept (K-029).
 * Spec: proto.md, "NBD_REPLY_TYPE_BLOCK_STATUS" and "NBD_REPLY_TYPE_BLOCK_STATUS_EXT".
 */
import {
  BLOCK_STATUS_EXT_EXTENT_BYTES,
  BLOCK_STATUS_EXT_HEAD_BYTES,
  BLOCK_STATUS_EXTENT_BYTES,
  BLOCK_STATUS_HEAD_BYTES,
  decodeBlockStatusExtent,
  decodeBlockStatusExtExtent,
  decodeBlockStatusExtHead,
  decodeBlockStatusHead,
} from '@nbd/codec';
import type { Inbox } from '../../memory/inbox.ts';
import { Violation } from '../violation.ts';
import { badReply } from './client-failure.ts';
import type { ClientRequest, StatusExtent } from './client-request.ts';

/** Extents that a server should not pass in one chunk. */
const SENT_EXTENTS_MAX = 2 ** 20;

export class StatusReader {
  readonly #headBytes: number;
  readonly #extentBytes: number;
  readonly #isExtended: boolean;
  readonly #extentsMax: number;
  /** Bytes of the payload behind the head, still to come. */
  #bytesLeft = 0;
  #inHead = true;
  /** Where extents are kept; undefined: nowhere. */
  #extents: StatusExtent[] | undefined;
  /** How many may be kept there. */
  #room = 0;

  constructor(isExtended: boolean, extentsMax: number) {
    this.#isExtended = isExtended;
    this.#headBytes = isExtended ? BLOCK_STATUS_EXT_HEAD_BYTES : BLOCK_STATUS_HEAD_BYTES;
    this.#extentBytes = isExtended ? BLOCK_STATUS_EXT_EXTENT_BYTES : BLOCK_STATUS_EXTENT_BYTES;
    this.#extentsMax = extentsMax;
  }

  /**
   * A chunk with a payload of `length` bytes begins.
   *
   * @throws Violation if that cannot be
   */
  begin(length: number): void {
    const bytes = length - this.#headBytes;
    if (bytes > SENT_EXTENTS_MAX * this.#extentBytes) {
      throw new Violation(
        'chunk-too-long',
        `block status: expected at most ${SENT_EXTENTS_MAX} extents, found ${length} bytes`,
      );
    }
    if (bytes <= 0 || bytes % this.#extentBytes !== 0) {
      throw new Violation(
        'bad-chunk',
        `block status: expected ${this.#headBytes} + ${this.#extentBytes} * n bytes, found ${length}`,
      );
    }
    this.#bytesLeft = bytes;
    this.#inHead = true;
  }

  /**
   * Reads on, and answers whether the chunk is over.
   *
   * @throws WireError, Violation
   */
  read(inbox: Inbox, request: ClientRequest): boolean {
    if (this.#inHead) {
      if (!inbox.header(this.#headBytes)) return false;
      this.#inHead = false;
      this.#extents = this.#begun(request, this.#readHead(inbox));
    }
    while (this.#bytesLeft > 0) {
      if (this.#extents === undefined || this.#extents.length === this.#room) {
        this.#bytesLeft -= inbox.discard(this.#bytesLeft);
        return this.#bytesLeft === 0;
      }
      if (!inbox.header(this.#extentBytes)) return false;
      this.#extents.push(this.#readExtent(inbox));
      this.#bytesLeft -= this.#extentBytes;
    }
    return true;
  }

  /** The list for the extents of a context; undefined: it was not asked for, or was answered already. */
  #begun(request: ClientRequest, id: number): StatusExtent[] | undefined {
    const { contexts, statuses } = request;
    const context = contexts.find((asked) => asked.id === id);
    if (context === undefined || statuses.some((status) => status.context === context)) {
      request.failure ??= badReply(`block status of the context ${id}, which does not fit`);
      return undefined;
    }
    const extents: StatusExtent[] = [];
    this.#room = Math.max(1, Math.floor(this.#extentsMax / contexts.length));
    statuses.push({ context, extents });
    return extents;
  }

  #readHead({ view, at }: Inbox): number {
    if (!this.#isExtended) return decodeBlockStatusHead(view, at, { contextId: 0 }).contextId;
    const { contextId, count } = decodeBlockStatusExtHead(view, at, { contextId: 0, count: 0 });
    if (count * this.#extentBytes !== this.#bytesLeft) {
      throw new Violation(
        'bad-chunk',
        `block status: expected ${count} extents, as its head says, found ${this.#bytesLeft} bytes`,
      );
    }
    return contextId;
  }

  #readExtent({ view, at }: Inbox): StatusExtent {
    const extent = { length: 0, flags: 0 };
    return this.#isExtended
      ? decodeBlockStatusExtExtent(view, at, extent)
      : decodeBlockStatusExtent(view, at, extent);
  }
}
