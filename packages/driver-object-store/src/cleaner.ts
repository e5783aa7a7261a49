/**
 * Deletes objects that nobody needs any more, in batches, behind the back of requests. What it does not get to is
 * found by the next opening, so nothing is remembered beyond a bound and no failure matters.
 */
import { isHeld } from './counting.ts';
import type { Head } from './head.ts';
import { chunkKey, type ChunkName, type Version } from './object-names.ts';
import type { ObjectStore } from './object-store.ts';
import type { Clock } from './surroundings.ts';

/** Keys in one request, as the store takes them. */
const BATCH_MAX = 1000;
/** Milliseconds from the first object to be deleted to the request. */
const DELAY_MILLIS = 5000;
/** Objects that are remembered; more are left to the next opening. */
const REMEMBERED_MAX = 100_000;

interface Superseded {
  readonly name: ChunkName;
  readonly successor: Version;
}

export class Cleaner {
  readonly #store: ObjectStore;
  readonly #prefix: string;
  readonly #clock: Clock;
  /** Needed until the successor counts. */
  #superseded: Superseded[] = [];
  readonly #garbage: string[] = [];
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(store: ObjectStore, prefix: string, clock: Clock) {
    this.#store = store;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  /** Not needed by anybody, whatever comes. */
  add(names: readonly ChunkName[]): void {
    for (const name of names) {
      if (this.#garbage.length === REMEMBERED_MAX) break;
      this.#garbage.push(chunkKey(this.#prefix, name));
    }
    if (this.#garbage.length > 0) this.#later();
  }

  /** Not needed once `successor`, of the generation that writes now, counts. */
  supersede(chunk: number, { generation, sequence }: Version, successor: Version): void {
    if (this.#superseded.length === REMEMBERED_MAX) return;
    this.#superseded.push({ name: { chunk, generation, sequence }, successor });
  }

  /** The head says what counts now, and which snapshots there are. */
  committed(head: Head): void {
    const isCommitted = ({ successor }: Superseded) => successor.sequence <= head.durable;
    const freed = this.#superseded
      .filter(isCommitted)
      .filter(({ name, successor }) => !isHeld(head.snapshots, name, successor));
    this.#superseded = this.#superseded.filter((each) => !isCommitted(each));
    this.add(freed.map(({ name }) => name));
  }

  /** Deletes what is left. Never rejects. */
  async close(): Promise<void> {
    this.#cancel?.();
    this.#deleteAll();
    await this.#running;
  }

  #later(): void {
    this.#cancel ??= this.#clock.after(DELAY_MILLIS, () => this.#deleteAll());
  }

  #deleteAll(): void {
    this.#cancel = undefined;
    this.#running = this.#deleteAfter(this.#running);
  }

  async #deleteAfter(before: Promise<void>): Promise<void> {
    await before;
    while (this.#garbage.length > 0) {
      try {
        await this.#store.deleteMany(this.#garbage.splice(0, BATCH_MAX));
      } catch {
        return;
      }
    }
  }
}
