/** Every check is shown a repository that breaks its law: a check that finds nothing there is worth nothing. */
import { describe, expect, it } from 'vitest';
import type { Tree } from '../src/tree.ts';
import { plantedTree } from './planted-tree.ts';

type Check = (tree: Tree) => readonly string[];

/** What is wrong, the check that must see it, what is planted, and a line that the check must answer with. */
export type PlantedFault = readonly [
  fault: string,
  check: Check,
  files: Readonly<Record<string, string>>,
  says: string,
];

/** A source file of a pure package. */
export const CODEC = 'packages/codec/src/planted.ts';
export const SESSION = 'packages/session/src';

/** Tests that each fault is found, and that the checks have nothing to say of a sound repository. */
export function testPlantedFaults(planted: readonly PlantedFault[]): void {
  describe('a planted fault is found', () => {
    it.each(planted)('%s', (_fault, check, files, says) => {
      expect(check(plantedTree(files))).toContain(says);
    });
  });

  describe('a sound repository passes', () => {
    const checks = new Set(planted.map(([, check]) => check));
    it.each([...checks].map((check) => [check.name, check] as const))('%s', (_name, check) => {
      expect(check(plantedTree({}))).toEqual([]);
    });
  });
}
