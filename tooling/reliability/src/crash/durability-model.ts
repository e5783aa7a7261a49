/**
 * What the blocks of a disk may hold after a crash: the last change that is durable, or any that may have come after it.
 *
 * A change is durable once it is answered and had FUA, or a flush that covers it is answered. A flush covers
 * what was answered before it was asked for, on its own connection, or on all where the export says so
 * (CAN_MULTI_CONN). Spec: proto.md, "Ordering of messages and writes".
 *
 * Time is a counter of what happened at the client. One change is before another if it was answered before the other
 * was asked for; else their order is the disk's business, block by block.
 */
import { FOREIGN, ZEROES } from '../stamped-blocks.ts';

export interface Change {
  /** Of the blocks that it writes; `ZEROES` for one that clears them. */
  readonly stamp: number;
  readonly first: number;
  readonly count: number;
  readonly connection: number;
  readonly fua: boolean;
}

/** A change that was asked for. */
export interface PendingChange extends Change {
  readonly asked: number;
}

export interface PendingFlush {
  readonly connection: number;
  readonly asked: number;
}

/**
 * What became of a block. The promise is kept by a block that is `latest`, `rolled-back` (it has lost a change that was
 * answered, but not durable) or `torn-in-flight` (by a write that was not answered). It is broken by one that is `lost` (it
 * holds what a durable change had replaced), `torn` or `foreign`.
 */
export type Fate = 'latest' | 'rolled-back' | 'torn-in-flight' | 'lost' | 'torn' | 'foreign';

/** The fates that no disk may have for a block. */
export const BROKEN: readonly Fate[] = ['lost', 'torn', 'foreign'];

export interface DurabilityModelOptions {
  /** How many blocks the disk has. */
  readonly blocks: number;
  /** Whether a flush covers the changes of all connections. */
  readonly flushCoversAll: boolean;
}

interface Version {
  readonly stamp: number;
  readonly connection: number;
  readonly asked: number;
  answered: number;
  durable: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;

export class DurabilityModel {
  readonly #flushCoversAll: boolean;
  readonly #blocks: Version[][];
  /** Answered, and not durable yet. */
  #volatile: Version[] = [];
  readonly #pending = new Map<PendingChange, Version>();
  #now = 0;

  /** A disk of zeroes. */
  constructor({ blocks, flushCoversAll }: DurabilityModelOptions) {
    this.#flushCoversAll = flushCoversAll;
    this.#blocks = Array.from({ length: blocks }, () => [settled(ZEROES)]);
  }

  changeAsked(change: Change): PendingChange {
    const pending = { ...change, asked: this.#tick() };
    const { stamp, connection, asked } = pending;
    const version = { stamp, connection, asked, answered: NEVER, durable: false };
    this.#pending.set(pending, version);
    for (let block = change.first; block < change.first + change.count; block++) {
      this.#versions(block).push(version);
    }
    return pending;
  }

  changeAnswered(pending: PendingChange): void {
    const version = this.#pending.get(pending);
    if (version === undefined) throw new Error('expected a change in flight, found none');
    this.#pending.delete(pending);
    version.answered = this.#tick();
    version.durable = pending.fua;
    if (!pending.fua) this.#volatile.push(version);
  }

  flushAsked(connection: number): PendingFlush {
    return { connection, asked: this.#tick() };
  }

  flushAnswered({ connection, asked }: PendingFlush): void {
    this.#volatile = this.#volatile.filter((version) => {
      const mine = this.#flushCoversAll || version.connection === connection;
      version.durable = mine && version.answered < asked;
      return !version.durable;
    });
  }

  /** The stamps that the block may have after a crash now. */
  allowed(block: number): ReadonlySet<number> {
    return new Set(this.#survivors(block).map(({ stamp }) => stamp));
  }

  /** What became of a block in which words of these stamps were found after a crash. */
  fate(block: number, found: readonly number[]): Fate {
    const survivors = this.#survivors(block);
    const ofStamp = (stamp: number) => survivors.filter((version) => version.stamp === stamp);
    if (survivors.some(({ stamp }) => stamp === FOREIGN)) return 'latest';
    const [stamp, ...others] = found;
    if (stamp === undefined || found.includes(FOREIGN)) return 'foreign';
    if (others.length > 0) {
      const lawful = found.every((each) => ofStamp(each).length > 0);
      return lawful && this.#isInFlight(block) ? 'torn-in-flight' : 'torn';
    }
    const versions = ofStamp(stamp);
    if (versions.length === 0) return 'lost';
    const replaced = (version: Version) =>
      this.#versions(block).some(
        ({ asked, answered }) => version.answered < asked && answered < NEVER,
      );
    return versions.every(replaced) ? 'rolled-back' : 'latest';
  }

  /**
   * After a crash: the disk goes on with what was found in each block. What is in flight is given up. A torn block is
   * from then on unknown, until a durable change replaces it.
   */
  restart(found: (block: number) => readonly number[]): void {
    this.#pending.clear();
    this.#volatile = [];
    for (let block = 0; block < this.#blocks.length; block++) {
      const [stamp = FOREIGN, ...others] = found(block);
      this.#blocks[block] = [settled(others.length > 0 ? FOREIGN : stamp)];
    }
  }

  /** Those that no durable change is known to have replaced. */
  #survivors(block: number): readonly Version[] {
    const versions = this.#versions(block);
    const durable = versions.filter((version) => version.durable);
    return versions.filter(({ answered }) => !durable.some(({ asked }) => answered < asked));
  }

  #isInFlight(block: number): boolean {
    return this.#versions(block).some(({ answered }) => answered === NEVER);
  }

  #versions(block: number): Version[] {
    const versions = this.#blocks[block];
    if (versions === undefined)
      throw new RangeError(`expected a block of the disk, found ${block}`);
    return versions;
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

/** What was there before all changes. */
function settled(stamp: number): Version {
  return { stamp, connection: 0, asked: -1, answered: -1, durable: true };
}
