/** All faults of a test server, of its disk and of its wires, by one method. */
import type { AddedFault, Fault, FaultPlan } from '@nbd/filters';
import type { WireFault } from './wire-fault.ts';
import type { WireFaultPlan } from './wire-fault-plan.ts';

const DISK_EFFECTS = ['delay', 'hang', 'lose', 'tear', 'corrupt', 'fail'] as const;
const WIRE_EFFECTS = ['cut', 'garble', 'reorder'] as const;

export class TestFaults {
  readonly #disk: FaultPlan;
  readonly #wire: WireFaultPlan;

  /** Use `testServer`. */
  constructor(disk: FaultPlan, wire: WireFaultPlan) {
    this.#disk = disk;
    this.#wire = wire;
  }

  /**
   * Adds a fault, which is in force at once and until it is removed: of the disk (`delay`, `hang`, `lose`, `tear`,
   * `corrupt`, `fail`), which falls on calls of the disk, or of the wire (`cut`, `garble`, `reorder`), which falls on requests.
   *
   * @throws TypeError for a fault without effect, or with effects of both kinds; RangeError for a number that cannot be
   */
  add(fault: Fault | WireFault): AddedFault {
    const effects = new Map<string, unknown>(Object.entries(fault));
    const ofWire = WIRE_EFFECTS.filter((effect) => effects.get(effect) !== undefined);
    if (ofWire.length === 0) return this.#disk.add(fault);
    const ofDisk = DISK_EFFECTS.filter((effect) => effects.get(effect) !== undefined);
    if (ofDisk.length === 0) return this.#wire.add(fault);
    throw new TypeError(
      `${ofWire.join(', ')} and ${ofDisk.join(', ')} in one fault: expected one for the wire and one for the disk`,
    );
  }

  /** Removes all faults. Calls that wait go on, replies that are held leave. */
  clear(): void {
    this.#disk.clear();
    this.#wire.clear();
  }
}
