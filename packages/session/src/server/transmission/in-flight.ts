/**
 * A request in flight: one slot of the session's fixed pool, lent to the host from its event until
 * its reply. The pool bounds how many requests, and so how much memory, a peer can occupy.
 *
 * Hot path: slots are made once for each connection and refilled, never allocated for a request.
 */
import type { ExtendedDataChunk, Request } from '@nbd/codec';
import type { Slab } from '../../memory/buffer-pool.ts';
import type { Fault } from './fault.ts';
import type { MetaContext } from '../../agreement/terms.ts';

const NOTHING = new Uint8Array(0);
const NO_CONTEXTS: readonly MetaContext[] = [];

/** A request, lent to the host until `finish`, `fail` or its last chunk; then used again for another. */
export class InFlight implements Request, ExtendedDataChunk {
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
   * The bytes to write, empty unless `type` is WRITE. Borrowed until `keepRest`, unless `payloadSlab` is
   * set: then until the reply.
   */
  payload: Uint8Array = NOTHING;
  /** Which contexts a BLOCK_STATUS is to be answered for, at least one and each once; otherwise empty. */
  contexts: readonly MetaContext[] = NO_CONTEXTS;

  /** An offset above 2^53 - 1 as it came, in two words, for an extended reply to echo. Kept by the session. */
  offsetHigh = 0;
  offsetLow = 0;
  /** Bytes of payload that follow its header. Kept by the session. */
  payloadBytes = 0;
  /** Bytes of memory that it counts for while it is under way. Kept by the session. */
  heldBytes = 0;
  /** Where the payload was collected or copied to. Kept by the session. */
  payloadSlab: Slab | undefined;

  /** Why the session refuses it. Kept by the session. */
  fault: Fault | undefined;
  /** The ErrorCode of the reply. Kept by the session. */
  error = 0;
  /** Where the data of a READ is being read to, if in one piece. Kept by the session. */
  replySlab: Slab | undefined;
  replyAt = 0;
  /** Where that data lies, if it is not there. Kept by the session. */
  lentData: Uint8Array | undefined;

  /** When it was given to the disk, and when the disk was last given of it. Kept by a `Stopwatch`, if there is one. */
  beganAt = 0;
  diskBeganAt = 0;

  /** Whether the host has it. Kept by the session. */
  lent = false;

  /** What the chunks of its reply echo. */
  get requestOffset(): number {
    return this.offset;
  }

  /** Forgets everything that it holds. */
  empty(): void {
    this.payload = NOTHING;
    this.payloadSlab?.release();
    this.payloadSlab = undefined;
    this.contexts = NO_CONTEXTS;
    this.replySlab = undefined;
    this.lentData = undefined;
    this.fault = undefined;
    this.error = 0;
    this.lent = false;
  }
}
