/**
 * Volumes that stand on each other's snapshots, several layers deep, each with one host at a time, which dies and has a
 * successor, over a network that loses and delays. Clones are written, and packs of theirs lie over packs of what they
 * stand on; volumes shrink and grow; hosts have different settings. It is promised that
 *
 * - what is committed is what the last flush has covered, or newer, at every moment and after every takeover;
 * - a host finds what is committed, and every read answers what it has written last;
 * - what a shrinking has cut off reads as zeroes when the volume grows again;
 * - a snapshot stays what was committed when it was made, and a clone begins as that, whatever becomes of the others;
 * - nothing goes that a snapshot or a clone needs.
 */
import {
  checkVolume,
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  type ObjectStore,
  openSnapshot,
  snapshotVolume,
  VolumeError,
} from '../../src/index.ts';
import { memoryStore, type MemoryStore } from '../../src/testing/index.ts';
import type { Surroundings } from '../../src/surroundings.ts';
import { Host } from '../simulation/host.ts';
import { CHUNK_BYTES } from '../simulation/openings.ts';
import { headOf, referenceContent } from '../simulation/reference-content.ts';
import { Requests } from '../simulation/requests.ts';
import { checkSame, sectorsOf } from '../simulation/sectors.ts';
import { World } from '../simulation/world.ts';
import { Member } from './member.ts';
import { FIRST_SETTINGS, SECTOR_BYTES, SECTORS, type Settings } from './openings.ts';

export const MEMBERS_MAX = 4;
const LENGTH = SECTORS * SECTOR_BYTES;
/** What all others stand on. */
const FIRST = 'v0';

/** The store as a host reaches it that has the volume, in place of the true one. */
export type Plant = (store: MemoryStore, volume: string) => ObjectStore;

interface Kept {
  readonly volume: string;
  readonly snapshot: string;
  readonly content: readonly number[];
}

export class Family {
  readonly world: World = new World();
  readonly #store: MemoryStore = memoryStore();
  readonly #plant: Plant;
  readonly #members = new Map<string, Member>();
  #snapshots: readonly Kept[] = [];
  readonly #requests: Requests;
  #hosts = 0;
  #names = 0;
  /** How many calls to the store have been looked at. */
  #looked = 0;
  #fault: unknown;

  constructor(plant: Plant = (store) => store) {
    this.#plant = plant;
    this.#requests = new Requests({
      sectorBytes: SECTOR_BYTES,
      failed: (fault) => {
        this.#fault ??= fault;
      },
    });
  }

  async begin(): Promise<void> {
    await createVolume(this.#store, {
      volume: FIRST,
      size: LENGTH,
      chunkBytes: CHUNK_BYTES,
      probe: false,
      surroundings: this.#surroundings(),
    });
    const zeroes = Array.from({ length: SECTORS }, () => 0);
    await this.open(this.#join(FIRST, zeroes), FIRST_SETTINGS);
  }

  /** One of all, as `choice` falls on them. */
  memberAt(choice: number): Member {
    return at([...this.#members.values()], choice) as Member;
  }

  /** One that is open, if any is. */
  openMemberAt(choice: number): Member {
    const open = [...this.#members.values()].filter(({ isOpen }) => isOpen);
    return at(open, choice) ?? this.memberAt(choice);
  }

  /** Somebody opens the volume, whoever has it. */
  open(member: Member, settings: Settings): Promise<void> {
    this.#hosts += 1;
    const reach = () => this.#plant(this.#store, member.name);
    return member.open(new Host(this.#hosts, this.world, reach), settings);
  }

  async snapshot({ name: volume }: Member): Promise<void> {
    const snapshot = this.#name('s');
    await snapshotVolume(this.#store, { volume, snapshot, surroundings: this.#surroundings() });
    const content = this.#contentOf(volume, snapshot);
    this.#snapshots = [...this.#snapshots, { volume, snapshot, content }];
  }

  /** Makes a clone of a snapshot, if there is one, and if there are not too many. */
  async clone(choice: number): Promise<void> {
    const kept = at(this.#snapshots, choice);
    if (kept === undefined || this.#members.size >= MEMBERS_MAX) return;
    const clone = this.#name('v');
    await cloneVolume(this.#store, { ...kept, clone, surroundings: this.#surroundings() });
    this.#join(clone, kept.content);
  }

  /** Deletes a snapshot, if there is one that no clone stands on. */
  async forget(choice: number): Promise<void> {
    const kept = at(this.#snapshots, choice);
    if (kept === undefined) return;
    const { volume, snapshot } = kept;
    const surroundings = this.#surroundings();
    const isGone = await succeeds(deleteSnapshot(this.#store, { volume, snapshot, surroundings }));
    if (isGone) this.#snapshots = this.#snapshots.filter((each) => each !== kept);
  }

  /** Deletes a volume that nobody has, if no clone stands on it. */
  async drop(member: Member): Promise<void> {
    const { name: volume } = member;
    if (volume === FIRST || member.isOpen || member.isWaiting) return;
    member.crash();
    const surroundings = this.#surroundings();
    const isGone = await succeeds(
      deleteVolume(this.#store, { volume, takeOver: true, surroundings }),
    );
    if (!isGone) return;
    this.#members.delete(volume);
    this.#snapshots = this.#snapshots.filter((each) => each.volume !== volume);
  }

  /** Opens a snapshot, if there is one, and reads all of it. */
  async look(choice: number): Promise<void> {
    const kept = at(this.#snapshots, choice);
    if (kept !== undefined) await this.#look(kept);
  }

  /** Throws what went wrong, and looks at the volumes if what they hold may have changed. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
    const { calls } = this.#store;
    const isNews = calls
      .slice(this.#looked)
      .some(
        ({ kind, key }) => kind.startsWith('delete') || (kind === 'put' && key.endsWith('/head')),
      );
    this.#looked = calls.length;
    if (isNews) for (const member of this.#members.values()) member.check();
  }

  /** Looks at all volumes and snapshots. */
  checkAll(): void {
    this.check();
    for (const member of this.#members.values()) member.check();
    for (const { volume, snapshot, content } of this.#snapshots) {
      checkSame(`${volume}@${snapshot}`, this.#contentOf(volume, snapshot), content);
    }
  }

  /** All is heard; then all hosts die, others open the volumes, and everything is read. */
  async end(): Promise<void> {
    await this.#drain();
    this.checkAll();
    for (const member of this.#members.values()) member.crash();
    await this.#drain();
    for (const member of this.#members.values()) await this.open(member, {});
    await this.#readAll();
    for (const member of this.#members.values()) member.close();
    await this.#drain();
    this.checkAll();
    await this.#readAll();
  }

  async #readAll(): Promise<void> {
    for (const kept of this.#snapshots) await this.#look(kept);
    for (const volume of this.#members.keys()) {
      const { damaged } = await checkVolume(this.#store, { volume });
      if (damaged.length > 0) throw new Error(`${volume}: ${JSON.stringify(damaged)}`);
    }
  }

  async #look({ volume, snapshot, content }: Kept): Promise<void> {
    const disk = await openSnapshot(this.#store, { volume, snapshot });
    const target = new Uint8Array(LENGTH);
    await disk.read(target.subarray(0, disk.size), 0);
    checkSame(`${volume}@${snapshot}`, sectorsOf(target, SECTOR_BYTES), content);
  }

  /** By sector, what the snapshot holds; zeroes behind its end. */
  #contentOf(volume: string, snapshot: string): readonly number[] {
    const { snapshots } = headOf(this.#store, volume);
    const snapshotId = snapshots.find(({ name }) => name === snapshot)?.id ?? '';
    const content = referenceContent(this.#store, volume, { length: LENGTH, snapshotId });
    return sectorsOf(content, SECTOR_BYTES);
  }

  #drain(): Promise<void> {
    const isWaiting = () => [...this.#members.values()].some((each) => each.isWaiting);
    return this.world.runUntil(() => this.world.waiting === 0 && !isWaiting());
  }

  #join(name: string, content: readonly number[]): Member {
    const { world } = this;
    const [store, requests] = [this.#store, this.#requests];
    const member = new Member({ name, world, store, requests, content });
    this.#members.set(name, member);
    return member;
  }

  #name(kind: string): string {
    this.#names += 1;
    return `${kind}${this.#names}`;
  }

  /** Of somebody who has no volume. */
  #surroundings(): Surroundings {
    this.#hosts += 1;
    return new Host(this.#hosts, this.world, () => this.#store).surroundings;
  }
}

/** False: it is in use. */
async function succeeds(deletion: Promise<void>): Promise<boolean> {
  try {
    await deletion;
    return true;
  } catch (error) {
    if (error instanceof VolumeError && error.code === 'in-use') return false;
    throw error;
  }
}

function at<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[choice % Math.max(items.length, 1)];
}
