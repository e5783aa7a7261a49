/**
 * The slots for requests in flight: made as they are needed, up to a limit, and used again.
 *
 * Hot path.
 */
import { InFlight } from './in-flight.ts';

export class Slots {
  readonly #max: number;
  readonly #free: InFlight[] = [];
  #made = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether `take` may be called. */
  get hasFree(): boolean {
    return this.#free.length > 0 || this.#made < this.#max;
  }

  take(): InFlight {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    this.#made++;
    return new InFlight();
  }

  /** The request is over, and all that it holds given back. */
  giveBack(request: InFlight): void {
    request.empty();
    this.#free.push(request);
  }
}
