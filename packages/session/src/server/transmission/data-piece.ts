/**
 * A part of the data of a READ that is sent in a chunk of its own: lent to the host to be filled, and
 * then sent or dropped.
 */
import type { Slab } from '../../memory/buffer-pool.ts';
import type { InFlight } from './in-flight.ts';

/** A READ that is answered in pieces should have no more than this much under way, bytes. It is what it counts for. */
export const READ_AHEAD_BYTES: number = 2 ** 20;

export class DataPiece {
  readonly kind = 'piece';
  readonly request: InFlight;
  /** Where its data comes from, bytes from the start of the export. */
  readonly offset: number;
  /** To be filled, all of it: its content is whatever the memory last held. */
  readonly target: Uint8Array;

  /** Where the chunk is being built. Kept by the session. */
  readonly slab: Slab;
  readonly at: number;
  /** Whether the host has it. Kept by the session. */
  lent = true;

  constructor(request: InFlight, offset: number, target: Uint8Array, slab: Slab, at: number) {
    this.request = request;
    this.offset = offset;
    this.target = target;
    this.slab = slab;
    this.at = at;
  }
}
