/** The command line. */
import { parseArgs } from 'node:util';
import type { Target } from './target.ts';
import { UsageError } from './usage-error.ts';

/** What the person asks for. */
export type Invocation =
  | {
      readonly kind: 'fuzz';
      readonly targets: readonly Target[];
      readonly seed: number;
      readonly runsMax: number;
      readonly bytesMax: number;
      /** Whether what was found to reach far becomes the corpus. */
      readonly saves: boolean;
    }
  | { readonly kind: 'help'; readonly text: string };

const SEED_MAX = 2 ** 32 - 1;
/** Executions of each target if nothing else is asked for: a few minutes for all. */
const RUNS_DEFAULT = '100000';

/**
 * Reads a command line, without the names of Node and of the program. `drawSeed` is called if there is no seed in it.
 *
 * @throws UsageError
 */
export function parseOptions(
  args: readonly string[],
  known: readonly Target[],
  drawSeed: () => number,
): Invocation {
  const { values, positionals } = readWords(args);
  if (values.help === true) return { kind: 'help', text: helpText(known) };
  const { runs, bytes, seed, save = false } = values;
  if (runs !== undefined && bytes !== undefined) {
    throw new UsageError('expected --runs or --bytes, found both');
  }
  return {
    kind: 'fuzz',
    targets: targetsOf(positionals, known),
    seed: seed === undefined ? drawSeed() : wholeOf('--seed', seed, 0, SEED_MAX),
    runsMax:
      bytes === undefined
        ? wholeOf('--runs', runs ?? RUNS_DEFAULT, 1, Number.MAX_SAFE_INTEGER)
        : Number.POSITIVE_INFINITY,
    bytesMax:
      bytes === undefined
        ? Number.POSITIVE_INFINITY
        : wholeOf('--bytes', bytes, 1, Number.MAX_SAFE_INTEGER),
    saves: save,
  };
}

function readWords(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        bytes: { type: 'string' },
        seed: { type: 'string' },
        save: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function wholeOf(option: string, word: string, minimum: number, maximum: number): number {
  const value = Number(word);
  if (/^\d+(?:e\d+)?$/.test(word) && value >= minimum && value <= maximum) return value;
  throw new UsageError(
    `${option}: expected a whole number from ${minimum} to ${maximum}, found ${JSON.stringify(word)}`,
  );
}

/** Those that are named; all if none are. */
function targetsOf(names: readonly string[], known: readonly Target[]): readonly Target[] {
  if (names.length === 0) return known;
  return names.map((name) => {
    const target = known.find((each) => each.name === name);
    if (target !== undefined) return target;
    const all = known.map((each) => each.name).join(', ');
    throw new UsageError(`expected some of ${all}, found ${name}`);
  });
}

function helpText(known: readonly Target[]): string {
  return [
    'usage: fuzz [TARGET...] [--runs N | --bytes N] [--seed N] [--save]',
    '',
    `Runs each target ${RUNS_DEFAULT} times, or as often as it is told, with inputs that coverage leads to.`,
    'Exits with 0 when nothing was found, else with 1; what was found is kept in tooling/fuzz/finds.',
    '--save makes the inputs that reach farthest the corpus of the target.',
    '',
    'targets:',
    ...known.map(({ name, about }) => `  ${name.padEnd(16)}${about}`),
  ].join('\n');
}
