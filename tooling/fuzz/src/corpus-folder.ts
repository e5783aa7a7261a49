/** Inputs as files: `corpus/TARGET` has those that reach far, `finds/TARGET` those that once broke something. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Finding, formatFinding, nameOf } from './finding.ts';
import { formatInput, type Input, parseInput } from './input.ts';

/** Where they are in the repository. */
export const INPUTS_ROOT: URL = new URL('../', import.meta.url);

const EXTENSION = '.txt';

export type Folder = 'corpus' | 'finds';

/** The inputs of a target, by the names of their files. */
export function readInputs(
  folder: Folder,
  target: string,
  root: URL = INPUTS_ROOT,
): ReadonlyMap<string, Input> {
  const place = placeOf(root, folder, target);
  const names = filesIn(place);
  return new Map(
    names.map((name) => [name, parseInput(readFileSync(new URL(name, place), 'utf8'))]),
  );
}

/** Makes these inputs the corpus of a target, in place of what was there. */
export function writeCorpus(target: string, inputs: readonly Input[], root: URL): void {
  const place = placeOf(root, 'corpus', target);
  mkdirSync(place, { recursive: true });
  for (const name of filesIn(place)) rmSync(new URL(name, place));
  for (const input of inputs) writeFileSync(fileOf(place, input), formatInput(input));
}

/** Keeps a find; answers the name of its file. */
export function writeFinding(target: string, finding: Finding, root: URL): string {
  const place = placeOf(root, 'finds', target);
  mkdirSync(place, { recursive: true });
  writeFileSync(fileOf(place, finding.input), formatFinding(finding));
  return `finds/${target}/${nameOf(finding.input)}${EXTENSION}`;
}

function placeOf(root: URL, folder: Folder, target: string): URL {
  return new URL(`${folder}/${target}/`, root);
}

function fileOf(place: URL, input: Input): URL {
  return new URL(`${nameOf(input)}${EXTENSION}`, place);
}

function filesIn(place: URL): readonly string[] {
  try {
    return readdirSync(place)
      .filter((name) => name.endsWith(EXTENSION))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
