/** A process that has opened the volume, or tries to. */
import { type Awaitable, type Driver, DriverError } from '@nbd/driver';
import type { ObjectStore } from '../../src/index.ts';
import type { Surroundings } from '../../src/surroundings.ts';
import type { Reign } from './reign.ts';
import type { Process, World } from './world.ts';

export type Operation = () => Awaitable<void>;

export class Host {
  readonly number: number;
  readonly process: Process = { isPaused: false, isGone: false };
  readonly store: ObjectStore;
  readonly surroundings: Surroundings;
  driver: Driver | undefined;
  /** Since the store has made it the owner. */
  reign: Reign | undefined;
  /** Sectors with a write under way. */
  readonly busy: Set<number> = new Set();
  operations = 0;
  /** It never owns the volume, but may make snapshots of it, and the like. */
  isVisitor = false;
  /** It has heard that another host has the volume. */
  isDeposed = false;

  constructor(number: number, world: World, reach: (host: Host) => ObjectStore) {
    this.number = number;
    this.store = world.link(this.process, reach(this));
    let state = number * 0x9e37_79b9;
    this.surroundings = {
      clock: world.clockOf(this.process),
      random: () => {
        state = (Math.imul(state, 0x0019_660d) + 0x3c6e_f35f) >>> 0;
        return state / 2 ** 32;
      },
    };
  }

  isWaiting(): boolean {
    return this.operations > 0 || (this.driver === undefined && this.reign === undefined);
  }

  /** Resolves to what became of it; never if the process goes away meanwhile. An error that is no refusal is a fault. */
  async operate(begin: Operation, isClose: boolean): Promise<'answered' | 'refused' | Error> {
    this.operations += 1;
    const wasDeposed = this.isDeposed && !isClose;
    try {
      await begin();
      if (wasDeposed) return new Error(`host ${this.number} answers although it was deposed`);
      return 'answered';
    } catch (error) {
      if (!(error instanceof DriverError)) return error as Error;
      if (error.code === 'ESHUTDOWN' && error.message.includes('taken over')) this.isDeposed = true;
      else if (wasDeposed) return error;
      return 'refused';
    } finally {
      this.operations -= 1;
    }
  }
}
