/**
 * The packs of a volume that is served: which of them chunks need, and which the head is to name. One counts from the
 * commit on that names it, until all its chunks have something newer that counts.
 */
import type { CountedPack } from '../head/counted-packs.ts';
import type { Head } from '../head/head.ts';
import { neededPacks } from '../head/needed-packs.ts';
import { compareVersions, versionName } from '../store/object-names.ts';
import type { DirtyChunk, Pack } from './dirty-chunks.ts';

/** Something newer of a chunk is in the store, and takes the place of packs once it counts. */
interface Replacement {
  readonly sequence: number;
  readonly packs: readonly Pack[];
}

export class PackList {
  /** Of the owner: packs of those before it count already. */
  readonly #generation: number;
  /** In the order in which they were made. */
  #objects: readonly Pack[] = [];
  /** The same, of those that the head carries. */
  #carried: readonly Pack[] = [];
  #replacements: readonly Replacement[] = [];
  /** Not needed by the volume any more as of the next commit. */
  #spent: readonly Pack[] = [];

  constructor(generation: number) {
    this.#generation = generation;
  }

  /** Those that are objects, or become some. In the order in which they were made. */
  get objects(): readonly Pack[] {
    return this.#objects;
  }

  /** Those that the head carries, or is to carry with the next commit. */
  get carried(): readonly Pack[] {
    return this.#carried;
  }

  /** Objects that chunks need: the others go with the next commit. */
  needed(): readonly Pack[] {
    return this.#objects.filter(({ chunks }) => chunks.size > 0);
  }

  /** Bytes of memory of all that chunks need. Hot path. */
  memory(): number {
    return memoryOf(this.#objects) + memoryOf(this.#carried);
  }

  /** A new one, newer than all others. */
  add(pack: Pack): void {
    if (pack.counted.body === undefined) this.#objects = [...this.#objects, pack];
    else this.#carried = [...this.#carried, pack];
  }

  /** One that was found in the store, with the chunks that need it. */
  adopt(pack: Pack): void {
    if (pack.chunks.size > 0) this.add(pack);
    else this.#spent = [...this.#spent, pack];
  }

  /** Something of that chunk with that sequence has what was in the packs. */
  replaced(packs: readonly Pack[], dirty: DirtyChunk, sequence: number): void {
    if (packs.length > 0) this.#replacements = [...this.#replacements, { sequence, packs }];
    for (const pack of packs) {
      pack.chunks.delete(dirty);
      pack.replaced += 1;
    }
  }

  /** The packs that count when everything up to `durable` does, ascending. */
  named(durable: number): readonly CountedPack[] {
    const arrived = this.#replacements.filter(({ sequence }) => sequence <= durable);
    this.#replacements = this.#replacements.filter(({ sequence }) => sequence > durable);
    for (const { packs } of arrived) for (const pack of packs) pack.replaced -= 1;
    const counts = ({ counted }: Pack) =>
      counted.generation < this.#generation || counted.sequence <= durable;
    const isSpent = (pack: Pack) => counts(pack) && pack.chunks.size === 0 && pack.replaced === 0;
    const all = [...this.#objects, ...this.#carried];
    this.#spent = [...this.#spent, ...all.filter(isSpent)];
    this.#objects = this.#objects.filter((pack) => !isSpent(pack));
    this.#carried = this.#carried.filter((pack) => !isSpent(pack));
    return all
      .filter((pack) => counts(pack) && !isSpent(pack))
      .map(({ counted }) => counted)
      .toSorted(compareVersions);
  }

  /** The head says what counts now, and what snapshots need. Answers the objects that nobody needs any more. */
  committed(head: Head): readonly CountedPack[] {
    const needed = neededPacks(head);
    const gone = this.#spent
      .map(({ counted }) => counted)
      .filter((counted) => counted.body === undefined && !needed.has(versionName(counted)));
    // A commit that began before the volume was open names all that were found; those of snapshots are not ours to see off.
    const named = new Set(head.packs.map(versionName));
    this.#spent = this.#spent.filter(({ counted }) => named.has(versionName(counted)));
    return gone;
  }
}

function memoryOf(packs: readonly Pack[]): number {
  return packs.reduce((sum, { chunks, memory }) => sum + (chunks.size > 0 ? memory : 0), 0);
}
