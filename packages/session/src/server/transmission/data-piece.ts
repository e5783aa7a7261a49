/**
 * A part of the data of a READ that is sent in a chunk of its own: lent to the host to be filled, and
 * then sent or dropped.
 */
import type { ExtendedDataChunk } from '@nbd/codec';
import type { Slab } from '../../memory/buffer-pool.ts';
import type { InFlight } from './in-flight.ts';

/** A READ that is answered in pieces should have no more than this much under way, bytes. It is what it counts for. */
export const READ_AHEAD_BYTES: number = 2 ** 20;

/** A part of a READ, lent to be filled until `sendPiece` or `dropPiece`. */
export class DataPiece implements ExtendedDataChunk {
  readonly kind = 'piece';
  readonly request: InFlight;
  /** Where its data comes from, bytes from the start of the export. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** To be filled, all of it: its content is whatever the memory last held. */
  readonly target: Uint8Array;
  /** Of its request. */
  readonly cookieHigh: number;
  readonly cookieLow: number;
  readonly requestOffset: number;

  /** Where the chunk is being built. Kept by the session. */
  readonly slab: Slab;
  readonly at: number;
  /** Where its data lies, if it is not in `target`. Kept by the session. */
  lentData: Uint8Array | undefined;
  /** Whether the host has it. Kept by the session. */
  lent = true;

  constructor(request: InFlight, offset: number, target: Uint8Array, slab: Slab, at: number) {
    this.request = request;
    this.offset = offset;
    this.length = target.length;
    this.target = target;
    this.cookieHigh = request.cookieHigh;
    this.cookieLow = request.cookieLow;
    this.requestOffset = request.offset;
    this.slab = slab;
    this.at = at;
  }
}
