/**
 * A request in flight: one slot of the session's fixed pool, lent to the host from its event until
 * its reply. The pool bounds how many requests, and so how much memory, a peer can occupy.
 *
 * Hot path: slots are made once for each connection and refilled, never allocated for a request.
 */
import type { Request } from '@nbd/codec';
import type { Slab } from '../../memory/buffer-pool.ts';

const NOTHING = new Uint8Array(0);

export class InFlight implements Request {
  readonly kind = 'request';
  /** CommandFlag bits, as sent. */
  flags = 0;
  /** A Command. */
  type = 0;
  cookieHigh = 0;
  cookieLow = 0;
  /** Bytes from the start of the export; the new size for RESIZE. */
  offset = 0;
  /** Bytes. */
  length = 0;

  /**
   * The bytes to write, empty unless `type` is WRITE. Borrowed until the session's next event, unless
   * `payloadSlab` is set: then until the reply.
   */
  payload: Uint8Array = NOTHING;
  /** Where the payload was collected or copied to. Kept by the session. */
  payloadSlab: Slab | undefined;

  /** The ErrorCode of the reply. Kept by the session. */
  error = 0;
  /** Where the reply to a READ is being built. Kept by the session. */
  replySlab: Slab | undefined;
  replyAt = 0;

  /** Whether the host has it. Kept by the session. */
  lent = false;

  /** Forgets everything that it holds. */
  empty(): void {
    this.payload = NOTHING;
    this.payloadSlab?.release();
    this.payloadSlab = undefined;
    this.replySlab = undefined;
    this.error = 0;
    this.lent = false;
  }
}
