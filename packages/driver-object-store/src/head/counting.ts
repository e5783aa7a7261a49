/**
 * The one rule of a volume: a version of a chunk counts if and only if its sequence is at or below the watermark of
 * its generation in the head. Of those that count, the newest is the chunk; where none does, the chunk is zeroes.
 */
import type { Head, Snapshot, Watermark } from './head.ts';
import { compareVersions, type Version } from '../store/object-names.ts';

/** The watermarks of a state of a volume: what counted at a commit. */
export class Counting {
  readonly #watermarks: ReadonlyMap<number, number>;

  constructor(watermarks: readonly Watermark[]) {
    this.#watermarks = new Map(
      watermarks.map(({ generation, sequence }) => [generation, sequence]),
    );
  }

  counts({ generation, sequence }: Version): boolean {
    const watermark = this.#watermarks.get(generation);
    return watermark !== undefined && sequence <= watermark;
  }
}

/** What counts now. */
export function countingOf(head: Head): Counting {
  return new Counting([...head.sealed, { generation: head.generation, sequence: head.durable }]);
}

/**
 * What counted when the snapshot was made. A generation that has since been left out of the head has nothing that
 * matters to the snapshot either, so it does not count even if the snapshot was made in it.
 */
export function countingOfSnapshot(head: Head, snapshot: Snapshot): Counting {
  const { generation, sequence } = snapshot;
  const known =
    generation === head.generation || head.sealed.some((each) => each.generation === generation);
  return new Counting([
    ...head.sealed.filter((each) => each.generation < generation),
    ...(known ? [{ generation, sequence }] : []),
  ]);
}

/**
 * The head as its next owner finds it: what the generation before has committed is sealed. A map does not outlive the
 * claim, so that whoever comes after an owner that has died lists what it may have left.
 */
export function sealed(head: Head): Head {
  const { generation, durable } = head;
  const ended = durable === 0 ? [] : [{ generation, sequence: durable }];
  return {
    ...head,
    generation: generation + 1,
    durable: 0,
    sealed: [...head.sealed, ...ended],
    map: undefined,
    isLittered: false,
  };
}

/** Whether a snapshot needs a version that counts and whose next newer one, which counts too, is `successor`. */
export function isHeld(
  snapshots: readonly Watermark[],
  version: Version,
  successor: Version,
): boolean {
  return snapshots.some(
    (cut) => compareVersions(version, cut) <= 0 && compareVersions(successor, cut) > 0,
  );
}
