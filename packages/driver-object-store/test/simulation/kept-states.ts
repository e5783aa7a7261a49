/**
 * What snapshots and clones must hold, from when they are made until they are deleted. A snapshot holds what was
 * committed at the change of the head that has brought it; a clone, what its snapshot holds, which must stay.
 */
import { cloneVolume, openSnapshot, openVolume } from '../../src/index.ts';
import type { MemoryStore } from '../../src/testing/index.ts';
import type { Host } from './host.ts';
import { type PlainHead, plainHead } from './reference-content.ts';
import { sectorsOf } from './sectors.ts';

type Content = readonly number[];

export class KeptStates {
  readonly #store: MemoryStore;
  readonly #snapshots = new Map<string, Content>();
  /** Those whose deletion has begun, which cannot be opened. */
  #leaving: ReadonlySet<string> = new Set();
  /** By the name of the clone. */
  readonly #clones = new Map<string, { readonly snapshot: string; readonly content: Content }>();

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  /** A snapshot that there is, as `choice` falls on them. */
  snapshotAt(choice: number): string | undefined {
    return [...this.#snapshots.keys()][choice % Math.max(this.#snapshots.size, 1)];
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
  cloned(key: string): void {
    const clone = key.slice(0, key.indexOf('/'));
    const snapshot =
      plainHead(this.#store.objects.get(key)?.bytes ?? new Uint8Array(0)).bases[0]?.snapshot ?? '';
    const content = this.#snapshots.get(snapshot);
    if (content === undefined) throw new Error(`${clone} stands on ${snapshot}, which is gone`);
    this.#clones.set(clone, { snapshot, content });
  }

  clone(host: Host, snapshot: string): void {
    const { store, surroundings } = host;
    const clone = `clone${host.number}`;
    cloneVolume(store, { volume: 'disk', snapshot, clone, surroundings }).catch(() => {});
  }

  /** Reads all that there are. `host` opens the clones. */
  async check({ surroundings }: Host): Promise<void> {
    for (const [snapshot, expected] of this.#snapshots) {
      if (this.#leaving.has(snapshot)) continue;
      const disk = await openSnapshot(this.#store, { volume: 'disk', snapshot });
      await this.#compare(snapshot, disk, expected);
    }
    for (const [volume, { content }] of this.#clones) {
      const disk = await openVolume(this.#store, { volume, surroundings, probe: false });
      await this.#compare(volume, disk, content);
      await disk.close?.();
    }
  }

  async #compare(
    name: string,
    disk: Awaited<ReturnType<typeof openSnapshot>>,
    expected: Content,
  ): Promise<void> {
    const target = new Uint8Array(disk.size);
    await disk.read(target, 0);
    const found = sectorsOf(target);
    if (found.every((value, sector) => value === expected[sector])) return;
    throw new Error(`${name}: expected ${expected.join()}, found ${found.join()}`);
  }
}
