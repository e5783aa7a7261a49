/**
 * Several hosts that open one volume, write it, die, stand still and take over from each other, over a network that
 * loses and delays, against what a volume promises:
 *
 * - what a flush has covered is there after any takeover, and nothing is that was written after it;
 * - generations and watermarks in the head only grow, so no two hosts both commit;
 * - a host that has been told that it is deposed answers nothing any more, and nor does one past its lease;
 * - every read answers what its host has written last;
 * - a snapshot, and a clone of it, holds what was committed when it was made, whatever is written and deleted after it,
 *   and stays as long as a clone stands on it.
 */
import {
  createVolume,
  type ObjectStore,
  openVolume,
  snapshotVolume,
  takeOverVolume,
} from '../../src/index.ts';
import { memoryStore, type MemoryStore } from '../../src/testing/index.ts';
import { Host } from './host.ts';
import { KeptStates } from './kept-states.ts';
import { CHUNK_BYTES, LEASE_MILLIS, openingOf, SECTORS } from './openings.ts';
import { plainHead, referenceContent } from './reference-content.ts';
import { Reign } from './reign.ts';
import { Requests } from './requests.ts';
import { SECTOR_BYTES, sectorsOf } from './sectors.ts';
import { World } from './world.ts';

const HEAD = 'disk/head';

export interface Plant {
  /** The store that hosts work with, in place of the true one. */
  readonly tamper?: (store: MemoryStore) => ObjectStore;
  readonly conditions?: 'ignored';
}

export class Simulation {
  readonly world: World = new World();
  readonly store: MemoryStore;
  /** What hosts ask of the volume. */
  readonly requests: Requests;
  readonly #tamper: (store: MemoryStore) => ObjectStore;
  #hosts = 0;
  /** The last one is the current. */
  readonly #reigns: Reign[] = [];
  /** When the last request arrived by which the host has renewed its lease. */
  readonly #renewals = new Map<Host, number>();
  #durable = 0;
  readonly #kept: KeptStates;
  #fault: unknown;

  constructor({ tamper = (store) => store, conditions }: Plant) {
    this.store = memoryStore(conditions === undefined ? {} : { conditions });
    this.#kept = new KeptStates(this.store);
    this.#tamper = tamper;
    this.requests = new Requests({
      sectorBytes: SECTOR_BYTES,
      checkAnswer: (host) => this.#checkLease(host),
      failed: (fault) => {
        this.#fault ??= fault;
      },
    });
  }

  async begin(): Promise<void> {
    await createVolume(this.store, {
      volume: 'disk',
      size: SECTORS * SECTOR_BYTES,
      chunkBytes: CHUNK_BYTES,
    });
    this.#reigns.push(new Reign(0, this.#content()));
  }

  /** What went wrong in a callback is thrown here. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Starts a host that opens the volume. */
  open(takeOver: boolean): Host {
    const host = this.#host();
    void this.#open(host, takeOver);
    return host;
  }

  #host(): Host {
    this.#hosts += 1;
    return new Host(this.#hosts, this.world, (self) => this.#witnessed(self));
  }

  async #open(host: Host, takeOver: boolean): Promise<void> {
    try {
      host.driver = await openVolume(host.store, openingOf(host, takeOver));
    } catch {
      host.process.isGone = true;
    }
  }

  /** Somebody takes the volume from whoever has it, for nobody. */
  depose(): void {
    const { store, surroundings } = this.#host();
    takeOverVolume(store, { volume: 'disk', surroundings }).catch(() => {});
  }

  /** Somebody who does not own the volume makes a snapshot of it. */
  snapshot(): void {
    const { store, surroundings, number } = this.#visitor();
    const options = { volume: 'disk', snapshot: `s${number}`, surroundings };
    snapshotVolume(store, options).catch(() => {});
  }

  /** Somebody deletes a snapshot, if there is one. */
  forget(choice: number): void {
    this.#kept.forget(this.#visitor(), choice);
  }

  /** Somebody makes a clone of a snapshot, if there is one. */
  clone(choice: number): void {
    this.#kept.clone(this.#visitor(), choice);
  }

  /** Somebody opens a snapshot, if there is one, and reads all of it. */
  look(choice: number): void {
    this.#kept.look(this.#visitor(), choice).catch((fault: unknown) => {
      this.#fault ??= fault;
    });
  }

  /** Somebody deletes a clone, if there is one. */
  drop(choice: number): void {
    this.#kept.drop(this.#visitor(), choice);
  }

  /** Compares all snapshots and clones with what was there when they were made. */
  checkKept(): Promise<void> {
    return this.#kept.check(this.#visitor());
  }

  #visitor(): Host {
    return Object.assign(this.#host(), { isVisitor: true });
  }

  /** Delivers everything, and moves the clock on, until nobody waits. */
  drain(hosts: readonly Host[]): Promise<void> {
    return this.world.runUntil(
      () =>
        this.world.waiting === 0 && !hosts.some((host) => !host.process.isGone && host.isWaiting()),
    );
  }

  /** Nobody else may own the volume when a host answers, unless it could not yet know. */
  #checkLease(host: Host): void {
    if (host.reign?.hasEnded !== true) return;
    const age = this.world.now() - (this.#renewals.get(host) ?? 0);
    if (age > LEASE_MILLIS)
      throw new Error(`host ${host.number} answers ${age} ms after its lease`);
    if (host.isDeposed) throw new Error(`host ${host.number} answers although it was deposed`);
  }

  /** The store as one host changes it, watched. */
  #witnessed(host: Host): ObjectStore {
    const store = this.#tamper(this.store);
    return {
      ...store,
      put: async (key, parts, options) => {
        const answer = await store.put(key, parts, options);
        if (answer !== undefined && key.endsWith('/head')) this.#witness(host, key);
        return answer;
      },
    };
  }

  #witness(host: Host, key: string): void {
    const head = plainHead(this.store.objects.get(HEAD)?.bytes ?? new Uint8Array(0));
    const current = this.#reigns.at(-1);
    try {
      if (current === undefined) return;
      if (key !== HEAD) {
        this.#kept.cloneChanged(key);
        return;
      }
      this.#kept.headChanged(head, () => this.#content());
      const isSame = head.generation === current.generation && head.durable === this.#durable;
      if (host.isVisitor && isSame) return;
      if (head.generation > current.generation && !host.isVisitor) {
        const content = this.#content();
        current.end(content);
        host.reign = new Reign(head.generation, content);
        this.#reigns.push(host.reign);
      } else if (
        host.reign !== current ||
        head.generation < current.generation ||
        head.durable < this.#durable
      ) {
        throw new Error(
          `host ${host.number} commits generation ${head.generation}, not the current one`,
        );
      }
      this.#durable = head.durable;
      this.#renewals.set(host, this.world.now());
    } catch (fault) {
      this.#fault ??= fault;
    }
  }

  #content(): number[] {
    return sectorsOf(referenceContent(this.store, 'disk'));
  }
}
