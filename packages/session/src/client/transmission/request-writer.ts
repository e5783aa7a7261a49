/**
 * Says requests, in the form that was agreed on, with their payloads behind them.
 * Spec: proto.md, "Request message" and "Extended request message".
 *
 * Hot path.
 */
import {
  Command,
  CommandFlag,
  encodeBlockStatusFilter,
  encodeExtendedRequest,
  encodeRequest,
  EXTENDED_REQUEST_BYTES,
  measureBlockStatusFilter,
  type Request,
  REQUEST_BYTES,
} from '@nbd/codec';
import type { ClientOutbox } from '../client-outbox.ts';
import type { ClientRequest } from './client-request.ts';

/** A payload up to this is copied behind its request, so that small writes leave as one segment. */
const COPIED_BYTES_MAX = 16 * 1024;

export class RequestWriter {
  readonly isExtended: boolean;
  readonly #outbox: ClientOutbox;
  readonly #headBytes: number;

  constructor(isExtended: boolean, outbox: ClientOutbox) {
    this.isExtended = isExtended;
    this.#outbox = outbox;
    this.#headBytes = isExtended ? EXTENDED_REQUEST_BYTES : REQUEST_BYTES;
  }

  /** A request without payload. */
  bare(request: Request): void {
    this.#outbox.append(this.#headBytes);
    this.#encode(request);
  }

  /** A WRITE. The payload is borrowed until it is sent, or copied. */
  write(request: ClientRequest, payload: Uint8Array): void {
    if (this.isExtended) request.flags |= CommandFlag.PAYLOAD_LEN;
    if (payload.length > COPIED_BYTES_MAX) {
      this.bare(request);
      this.#outbox.lend(payload);
      return;
    }
    this.#outbox.append(this.#headBytes + payload.length);
    const end = this.#encode(request);
    this.#outbox.slab.bytes.set(payload, end);
  }

  /** A BLOCK_STATUS for some contexts only; extended headers alone can carry it. */
  filteredBlockStatus(request: ClientRequest, contextIds: readonly number[]): void {
    request.flags |= CommandFlag.PAYLOAD_LEN;
    const filter = { effectLength: request.length, contextIds };
    const length = measureBlockStatusFilter(filter);
    this.#outbox.append(this.#headBytes + length);
    const { flags, type, cookieHigh, cookieLow, offset } = request;
    const end = this.#encode({ flags, type, cookieHigh, cookieLow, offset, length });
    encodeBlockStatusFilter(this.#outbox.slab.view, end, filter);
  }

  /** DISC, which has no reply, so its cookie is that of no slot (K-034). */
  disconnect(): void {
    const nothing = { flags: 0, cookieHigh: 0, cookieLow: -1, offset: 0, length: 0 };
    this.bare({ ...nothing, type: Command.DISC });
  }

  #encode(request: Request): number {
    const { slab, at } = this.#outbox;
    return this.isExtended
      ? encodeExtendedRequest(slab.view, at, request)
      : encodeRequest(slab.view, at, request);
  }
}
