/** The command line. */
import { type Help, namedIn, readWords, UsageError, wholeNumber } from '@nbd-tooling/command-line';
import type { Target } from './target.ts';

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
  | Help;

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
  const { values, positionals } = readWords(args, {
    runs: { type: 'string' },
    bytes: { type: 'string' },
    seed: { type: 'string' },
    save: { type: 'boolean' },
  });
  if (values.help === true) return { kind: 'help', text: helpText(known) };
  const { runs, bytes, seed, save = false } = values;
  if (runs !== undefined && bytes !== undefined) {
    throw new UsageError('expected --runs or --bytes, found both');
  }
  return {
    kind: 'fuzz',
    targets: positionals.length === 0 ? known : namedIn(known, positionals),
    seed:
      seed === undefined
        ? drawSeed()
        : wholeNumber('--seed', seed, { minimum: 0, maximum: SEED_MAX }),
    runsMax:
      bytes === undefined ? wholeNumber('--runs', runs ?? RUNS_DEFAULT) : Number.POSITIVE_INFINITY,
    bytesMax: bytes === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--bytes', bytes),
    saves: save,
  };
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
