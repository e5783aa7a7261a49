/**
 * Which requests may be under way beside each other. One that is alone always may, so no session can
 * be starved; of memory, each has a share that others cannot take. A RESIZE is always alone, so that no request
 * of its own session meets another size than it was checked against.
 *
 * Hot path.
 */
import { Command, CommandFlag } from '@nbd/codec';
import type { SessionLimits } from '../../limits.ts';
import type { BufferPool } from '../../memory/buffer-pool.ts';
import { READ_AHEAD_BYTES } from './data-piece.ts';
import type { InFlight } from './in-flight.ts';
import { EXTENT_BYTES_MAX } from './status-chunk.ts';

/** Bytes of requests that a session may have under way whatever the others hold. */
const SHARE_BYTES = 2 ** 20;
/** What a status of one extent counts. */
const SMALL_STATUS_BYTES = 4096;

export class Admission {
  readonly #bytesMax: number;
  readonly #statusBytesMax: number;
  readonly #pool: BufferPool;
  readonly #readsInPieces: boolean;
  #inFlight = 0;
  #bytes = 0;
  /** The lone request is a RESIZE. */
  #resizing = false;

  /** `readsInPieces`: whether a READ may be answered so, which needs less memory. */
  constructor(limits: SessionLimits, pool: BufferPool, readsInPieces: boolean) {
    this.#bytesMax = limits.inFlightBytesMax;
    this.#statusBytesMax = limits.extentsMax * EXTENT_BYTES_MAX;
    this.#pool = pool;
    this.#readsInPieces = readsInPieces;
  }

  /** How many requests are under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether `request` may begin now. Asked of each before it does. */
  allows(request: InFlight): boolean {
    const bytes = this.#bytesFor(request);
    request.heldBytes = bytes;
    if (this.#inFlight === 0) return true;
    if (this.#resizing || request.type === Command.RESIZE) return false;
    if (!this.#pool.mayBegin(this.#inFlight)) return false;
    const sum = this.#bytes + bytes;
    return sum <= this.#bytesMax && (sum <= SHARE_BYTES || this.#pool.hasRoom(bytes));
  }

  enter(request: InFlight): void {
    this.#inFlight++;
    this.#pool.begin();
    this.#bytes += request.heldBytes;
    this.#resizing = request.type === Command.RESIZE;
  }

  leave(request: InFlight): void {
    this.#inFlight--;
    this.#pool.end();
    this.#bytes -= request.heldBytes;
    this.#resizing = false;
  }

  /** Bytes of memory that a request holds while it is under way, at the most. */
  #bytesFor({ type, flags, length, contexts }: InFlight): number {
    switch (type) {
      case Command.READ:
        return this.#readsInPieces && (flags & CommandFlag.DF) === 0
          ? Math.min(length, READ_AHEAD_BYTES)
          : length;
      case Command.WRITE:
        return length;
      case Command.BLOCK_STATUS:
        return (flags & CommandFlag.REQ_ONE) === 0
          ? contexts.length * this.#statusBytesMax
          : SMALL_STATUS_BYTES;
      default:
        return 0;
    }
  }
}
