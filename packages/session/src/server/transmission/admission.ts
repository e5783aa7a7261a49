/**
 * Which requests may be under way beside each other. One that is alone always may, so no session can
 * be starved; of memory, each has a share that others cannot take. A RESIZE is always alone, so that no request
 * meets another size than it was checked against.
 *
 * Hot path.
 */
import { Command, type Request } from '@nbd/codec';
import type { BufferPool } from '../../memory/buffer-pool.ts';

/** Bytes of READs and WRITEs that a session may have under way whatever the others hold. */
const SHARE_BYTES = 2 ** 20;

export class Admission {
  readonly #bytesMax: number;
  readonly #pool: BufferPool;
  #inFlight = 0;
  #bytes = 0;
  /** The lone request is a RESIZE. */
  #resizing = false;

  constructor(bytesMax: number, pool: BufferPool) {
    this.#bytesMax = bytesMax;
    this.#pool = pool;
  }

  /** How many requests are under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether `request` may begin now. */
  allows(request: Request): boolean {
    if (this.#inFlight === 0) return true;
    if (this.#resizing || request.type === Command.RESIZE) return false;
    const bytes = heldBytes(request);
    const sum = this.#bytes + bytes;
    return sum <= this.#bytesMax && (sum <= SHARE_BYTES || this.#pool.hasRoom(bytes));
  }

  enter(request: Request): void {
    this.#inFlight++;
    this.#bytes += heldBytes(request);
    this.#resizing = request.type === Command.RESIZE;
  }

  leave(request: Request): void {
    this.#inFlight--;
    this.#bytes -= heldBytes(request);
    this.#resizing = false;
  }
}

/** Bytes of memory that a request holds while it is under way. */
function heldBytes({ type, length }: Request): number {
  return type === Command.READ || type === Command.WRITE ? length : 0;
}
