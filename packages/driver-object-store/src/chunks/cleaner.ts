/**
 * Deletes objects that nobody needs any more, in batches, behind the back of requests. What it does not get to is
 * found by the next opening that lists, so nothing is remembered beyond a bound and no failure matters.
 */
import { isHeld } from '../head/counting.ts';
import type { Head } from '../head/head.ts';
import { chunkKey, type ChunkName, type Version } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Clock } from '../surroundings.ts';

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
  #hasLost = false;

  constructor(store: ObjectStore, prefix: string, clock: Clock) {
    this.#store = store;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  /** Whether something that nobody needs is left for a list to find. */
  hasLost(): boolean {
    return this.#hasLost || this.#garbage.length + this.#superseded.length > 0;
  }

  /** Not needed by anybody, whatever comes. */
  add(names: readonly ChunkName[]): void {
    this.addKeys(names.map((name) => chunkKey(this.#prefix, name)));
  }

  /** The same, by their keys. */
  addKeys(keys: readonly string[]): void {
    for (const key of keys) {
      if (this.#garbage.length === REMEMBERED_MAX) {
        this.#hasLost = true;
        break;
      }
      this.#garbage.push(key);
    }
    if (this.#garbage.length > 0) this.#later();
  }

  /** Not needed once `successor`, of the generation that writes now, counts. */
  supersede(chunk: number, { generation, sequence }: Version, successor: Version): void {
    if (this.#superseded.length === REMEMBERED_MAX) {
      this.#hasLost = true;
      return;
    }
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

  /** Deletes all that can be by now. Never rejects. */
  async sweep(): Promise<void> {
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
        const left = await this.#store.deleteMany(this.#garbage.splice(0, BATCH_MAX));
        this.#hasLost ||= left.length > 0;
      } catch {
        this.#hasLost = true;
        return;
      }
    }
  }
}
