/**
 * Keeps the promise of `Driver.concurrency`: no more calls at a time than the disk can take, whatever
 * the number of connections that share it.
 */
import { type Awaitable, countedBy, type Driver } from '@nbd/driver';

const gates = new WeakMap<Driver, Gate>();

/** The gate of a disk, the same one for everybody, and for filters of it; undefined if the disk sets no limit. */
export function gateOf(driver: Driver): Gate | undefined {
  if (driver.concurrency === undefined) return undefined;
  const owner = countedBy(driver);
  let gate = gates.get(owner);
  if (gate === undefined) {
    gate = new Gate(driver.concurrency);
    gates.set(owner, gate);
  }
  return gate;
}

/** Makes the call, through the gate if there is one; what it throws becomes a rejection. */
export function attempt(gate: Gate | undefined, call: () => Awaitable<void>): Awaitable<void> {
  if (gate !== undefined) return gate.pass(call);
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

export class Gate {
  readonly #limit: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Makes the call when it may be made, first come first served. */
  pass(call: () => Awaitable<void>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const enter = () => {
        this.#inside++;
        Promise.resolve()
          .then(call)
          .finally(() => this.#leave())
          .then(resolve, reject);
      };
      if (this.#inside < this.#limit) enter();
      else this.#waiting.push(enter);
    });
  }

  #leave(): void {
    this.#inside--;
    this.#waiting.shift()?.();
  }
}
