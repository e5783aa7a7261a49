/** The maps of a disk: what they are called, and what they tell. */
import { checkRuns, type DiskMap, type Driver } from '@nbd/driver';
import type { Range } from './range.ts';

/** A namespace of printable characters without blanks, a colon, and a leaf of whole characters. */
const NAME = /^[^\s:\p{C}]+:[^\0\p{Cs}]*$/u;
const NAME_BYTES_MAX = 4096;

/** Each map has a name that the protocol can carry, one of its own (`DiskMap.name`). */
export function checkMaps({ maps = [] }: Driver): void {
  const names = new Set<string>();
  for (const map of maps) {
    const { name } = map;
    if (!isName(name) || names.has(name)) {
      throw new Error(
        `maps: expected names "namespace:leaf", each once, none of "base", found ${JSON.stringify(name)}`,
      );
    }
    names.add(name);
    checkMember(map, 'wide', map.wide === undefined || isTrue(map.wide), 'true');
    checkMember(map, 'runs', typeof map.runs === 'function', 'a method');
  }
}

function checkMember(map: DiskMap, member: string, holds: boolean, expected: string): void {
  if (!holds) throw new Error(`map ${map.name}: expected ${member} to be ${expected}`);
}

function isTrue(found: unknown): boolean {
  return found === true;
}

/**
 * Reads at most `countMax` runs, which must keep the contract of `DiskMap.runs`: at least one, none
 * empty, none past the end of a disk of `size` bytes, and values that the map has room for.
 */
export async function checkRunsOf(
  map: DiskMap,
  { offset, length }: Range,
  size: number,
  countMax: number,
): Promise<void> {
  const valueMax = map.wide === true ? Number.MAX_SAFE_INTEGER : 0xffff_ffff;
  const runs = checkRuns(map.runs(offset, length), size - offset, valueMax);
  let covered = 0;
  let count = 0;
  for await (const run of runs) {
    covered += run.length;
    count += 1;
    if (count === countMax || covered >= length) return;
  }
}

function isName(name: unknown): name is string {
  if (typeof name !== 'string' || !NAME.test(name) || name.startsWith('base:')) return false;
  return new TextEncoder().encode(name).length <= NAME_BYTES_MAX;
}
