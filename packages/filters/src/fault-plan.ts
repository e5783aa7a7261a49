/**
 * The faults of a disk: added, removed and released while it is in use.
 */
import type { Clock } from './clock.ts';
import { checkEffects, type DiskCall, type Fault } from './fault.ts';
import { type CallRange, FaultTrigger } from './fault-trigger.ts';
import { seededRandom } from './seeded-random.ts';
import { Strike } from './strike.ts';
import { WaitingRoom } from './waiting-room.ts';

export interface FaultPlanOptions {
  /** Of all that is drawn: the same seed, faults and calls have the same outcome. Default 0. */
  readonly seed?: number;
  /** For `delay`. Absent: a fault with a delay is refused. */
  readonly clock?: Clock;
}

/** A fault that was added. */
export interface AddedFault {
  /** On how many calls it fell so far. */
  readonly hits: number;
  /** How many calls wait because of it. */
  readonly waiting: number;
  /** Resolves when it has fallen on so many calls in all. Default 1. */
  untilHits(count?: number): Promise<void>;
  /** Lets those go on that wait because of it; later calls wait again. */
  release(): void;
  /** It falls on nothing any more, and those who wait go on. */
  remove(): void;
}

/** The faults of the disks that `faulty` was given it for. They are in force from `add` until they are removed. */
export class FaultPlan {
  readonly #seed: number;
  readonly #clock: Clock | undefined;
  readonly #faults = new Set<PlannedFault>();
  #added = 0;

  constructor({ seed = 0, clock }: FaultPlanOptions = {}) {
    this.#seed = seed;
    this.#clock = clock;
  }

  /**
   * Adds a fault. A call on which several fall gets the effects of all of them.
   *
   * @throws RangeError for a number that cannot be; TypeError for a word that cannot, a fault without effect, and a delay without a clock
   */
  add(fault: Fault): AddedFault {
    checkEffects(fault);
    const planned = new PlannedFault(fault, this.#clock, seededRandom(this.#seed + this.#added));
    this.#added += 1;
    this.#faults.add(planned);
    return {
      get hits() {
        return planned.trigger.hits;
      },
      get waiting() {
        return planned.room.size;
      },
      untilHits: (count = 1) => planned.trigger.untilHits(count),
      release: () => planned.room.release(),
      remove: () => {
        this.#faults.delete(planned);
        planned.remove();
      },
    };
  }

  /** Removes all faults; those who wait go on. */
  clear(): void {
    const faults = [...this.#faults];
    this.#faults.clear();
    for (const fault of faults) fault.remove();
  }

  /** Those who wait fail with ESHUTDOWN, and will never be done; the faults stay. */
  giveUp(): void {
    for (const { room } of this.#faults) room.giveUp();
  }

  /** What befalls this call; `undefined`: nothing. For filters, which ask once for each call, as it arrives. */
  strike(call: DiskCall, range?: CallRange): Strike | undefined {
    let strike: Strike | undefined;
    for (const { fault, trigger, random, wait } of this.#faults) {
      if (!trigger.fallsOn(call, range)) continue;
      strike ??= new Strike();
      strike.add(fault, random, wait);
    }
    return strike;
  }
}

class PlannedFault {
  readonly fault: Fault;
  readonly random: () => number;
  readonly trigger: FaultTrigger;
  readonly room: WaitingRoom = new WaitingRoom();
  /** What a call waits for; undefined: nothing. */
  readonly wait: (() => Promise<void>) | undefined;

  constructor(fault: Fault, clock: Clock | undefined, random: () => number) {
    const { delay, hang } = fault;
    if (delay !== undefined && clock === undefined) {
      throw new TypeError('a delay needs the option clock of the plan of faults, found none');
    }
    this.fault = fault;
    this.random = random;
    this.trigger = new FaultTrigger(fault, random);
    // Who hangs, and would have been late too, waits for the release alone.
    if (hang === true) this.wait = () => this.room.wait(() => () => undefined);
    else if (delay !== undefined && clock !== undefined) {
      this.wait = () => this.room.wait((go) => clock.after(delay, go));
    }
  }

  /** It falls on nothing any more, and those go on who wait for it, or have yet to: they may wait for another one now. */
  remove(): void {
    this.trigger.disarm();
    this.room.close();
  }
}
