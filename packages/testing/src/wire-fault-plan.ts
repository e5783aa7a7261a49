/** The faults of the wires of a server. */
import {
  type AddedFault,
  type CallRange,
  type DiskCall,
  FaultTrigger,
  seededRandom,
} from '@nbd/filters';
import { Reordering } from './reordering.ts';
import { checkWireFault, type CutPlace, type WireFault } from './wire-fault.ts';

/** What befalls one request: of each kind the first fault that falls on it. */
export interface WireStrike {
  readonly cut: CutPlace | undefined;
  readonly garble: WireFault['garble'];
  readonly reordering: Reordering | undefined;
}

interface PlannedFault {
  readonly fault: WireFault;
  readonly trigger: FaultTrigger;
  readonly reordering: Reordering | undefined;
}

export class WireFaultPlan {
  readonly #seed: number;
  readonly #faults = new Set<PlannedFault>();
  #added = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * Adds a fault, which is in force at once.
   *
   * @throws RangeError or TypeError for one that cannot be
   */
  add(fault: WireFault): AddedFault {
    checkWireFault(fault);
    const trigger = new FaultTrigger(fault, seededRandom(this.#seed + this.#added));
    const reordering = fault.reorder && new Reordering(fault.reorder);
    const planned = { fault, trigger, reordering };
    this.#added += 1;
    this.#faults.add(planned);
    return {
      get hits() {
        return trigger.hits;
      },
      get waiting() {
        return reordering?.size ?? 0;
      },
      untilHits: (count = 1) => trigger.untilHits(count),
      release: () => reordering?.release(),
      remove: () => this.#remove(planned),
    };
  }

  /** Removes all faults; replies that are held leave. */
  clear(): void {
    for (const planned of this.#faults) this.#remove(planned);
  }

  /** What befalls this request; asked once for each, as it arrives. */
  strike(call: DiskCall, range: CallRange | undefined): WireStrike | undefined {
    const struck = [...this.#faults].filter(({ trigger }) => trigger.fallsOn(call, range));
    if (struck.length === 0) return undefined;
    return {
      cut: struck.find(({ fault }) => fault.cut !== undefined)?.fault.cut,
      garble: struck.find(({ fault }) => fault.garble !== undefined)?.fault.garble,
      reordering: struck.find(({ reordering }) => reordering !== undefined)?.reordering,
    };
  }

  /** The wire is no more: what is held for it is dropped. */
  forget(wire: object): void {
    for (const { reordering } of this.#faults) reordering?.forget(wire);
  }

  #remove(planned: PlannedFault): void {
    this.#faults.delete(planned);
    planned.trigger.disarm();
    planned.reordering?.release();
  }
}
