/**
 * What snapshots and clones must hold, from when they are made until they are deleted. A snapshot holds what was
 * committed at the change of the head that has brought it; a clone, what its snapshot holds, which must stay.
 */
import { DriverError } from '@nbd/driver';
import {
  cloneVolume,
  deleteSnapshot,
  deleteVolume,
  openSnapshot,
  openVolume,
  StoreError,
  VolumeError,
} from '../../src/index.ts';
import type { MemoryStore } from '../../src/testing/index.ts';
import type { Host } from './host.ts';
import { type PlainHead, plainHead } from './reference-content.ts';
import { checkSame, sectorsOf } from './sectors.ts';

type Content = readonly number[];

interface Clone {
  readonly snapshot: string;
  readonly content: Content;
  /** Its deletion has begun, so it cannot be opened, but may yet be given up. */
  readonly isLeaving: boolean;
}

export class KeptStates {
  readonly #store: MemoryStore;
  readonly #snapshots = new Map<string, Content>();
  /** Those whose deletion has begun, which cannot be opened. */
  #leaving: ReadonlySet<string> = new Set();
  readonly #clones = new Map<string, Clone>();
  /** By their ids. A request to make one that comes after its deletion makes it once more, on nothing. */
  readonly #doomed = new Set<string>();

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  /** The head has changed. Throws when a snapshot is gone that a clone stands on. */
  headChanged({ snapshots }: PlainHead, contentNow: () => Content): void {
    this.#leaving = new Set(snapshots.filter((each) => each.isLeaving).map(({ name }) => name));
    const names = snapshots.map(({ name }) => name);
    for (const name of names) {
      if (!this.#snapshots.has(name)) this.#snapshots.set(name, contentNow());
    }
    for (const name of this.#snapshots.keys()) {
      if (names.includes(name)) continue;
      for (const [clone, { snapshot }] of this.#clones) {
        if (snapshot === name) throw new Error(`${name} is deleted, though ${clone} stands on it`);
      }
      this.#snapshots.delete(name);
    }
  }

  /** The head of a clone has been written. Throws when its snapshot is gone. */
  cloneChanged(key: string): void {
    const clone = key.slice(0, key.indexOf('/'));
    const found = this.#store.objects.get(key)?.bytes;
    if (found === undefined) return; // it is gone already
    const { id, bases, isLeaving, isDoomed } = plainHead(found);
    if (this.#doomed.has(id)) return;
    const snapshot = bases[0]?.snapshot ?? '';
    const content = this.#snapshots.get(snapshot);
    if (content === undefined) throw new Error(`${clone} stands on ${snapshot}, which is gone`);
    this.#clones.set(clone, { snapshot, content, isLeaving });
    if (!isDoomed) return;
    this.#clones.delete(clone);
    this.#doomed.add(id);
  }

  forget({ store, surroundings }: Host, choice: number): void {
    const [snapshot] = this.#snapshotAt(choice) ?? [];
    if (snapshot === undefined) return;
    deleteSnapshot(store, { volume: 'disk', snapshot, surroundings }).catch(() => {});
  }

  clone({ store, surroundings, number }: Host, choice: number): void {
    const [snapshot] = this.#snapshotAt(choice) ?? [];
    if (snapshot === undefined) return;
    const clone = `clone${number}`;
    cloneVolume(store, { volume: 'disk', snapshot, clone, surroundings }).catch(() => {});
  }

  /** Whatever is refused may be; what is read must be right. */
  async look({ store, surroundings }: Host, choice: number): Promise<void> {
    const found = this.#snapshotAt(choice);
    if (found === undefined) return;
    const [snapshot, expected] = found;
    try {
      const disk = await openSnapshot(store, { volume: 'disk', snapshot, surroundings });
      await this.#compare(snapshot, disk, expected);
    } catch (error) {
      const isRefusal = [DriverError, StoreError, VolumeError].some(
        (kind) => error instanceof kind,
      );
      if (!isRefusal) throw error;
    }
  }

  /** Begins to delete a clone, if there is one, as `choice` falls on them, or goes on with that. */
  drop({ store, surroundings }: Host, choice: number): void {
    const volume = [...this.#clones.keys()][choice % Math.max(this.#clones.size, 1)];
    if (volume !== undefined) deleteVolume(store, { volume, surroundings }).catch(() => {});
  }

  /** Reads all that there are. `host` opens the clones. */
  async check({ surroundings }: Host): Promise<void> {
    for (const [snapshot, expected] of this.#snapshots) {
      if (this.#leaving.has(snapshot)) continue;
      const disk = await openSnapshot(this.#store, { volume: 'disk', snapshot });
      await this.#compare(snapshot, disk, expected);
    }
    for (const [volume, { content, isLeaving }] of this.#clones) {
      if (isLeaving) continue;
      const disk = await openVolume(this.#store, { volume, surroundings, probe: false });
      await this.#compare(volume, disk, content);
      await disk.close?.();
    }
  }

  /** A snapshot that there is, as `choice` falls on them. */
  #snapshotAt(choice: number): readonly [name: string, content: Content] | undefined {
    return [...this.#snapshots][choice % Math.max(this.#snapshots.size, 1)];
  }

  async #compare(
    name: string,
    disk: Awaited<ReturnType<typeof openSnapshot>>,
    expected: Content,
  ): Promise<void> {
    const target = new Uint8Array(disk.size);
    await disk.read(target, 0);
    checkSame(name, sectorsOf(target), expected);
  }
}
