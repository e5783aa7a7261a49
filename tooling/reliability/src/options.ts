/** The command line. */
import { parseArgs } from 'node:util';
import { CRASH_SERVERS, LINEARIZABLE_SERVERS, type ServerKind } from './server-table.ts';
import { UsageError } from './usage-error.ts';

/** What the person asks for. */
export type Invocation =
  | {
      readonly kind: 'crash';
      readonly rounds: number;
      readonly seed: number;
      readonly servers: readonly ServerKind[];
    }
  | {
      readonly kind: 'linearizable';
      readonly seconds: number;
      readonly seed: number;
      readonly servers: readonly ServerKind[];
    }
  | { readonly kind: 'help'; readonly text: string };

const SEED_MAX = 2 ** 31 - 1;

/**
 * Reads a command line, without the names of Node and of the program. `drawSeed` is called if there is no seed in it.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], drawSeed: () => number): Invocation {
  const { values, positionals } = readWords(args);
  if (values.help === true) return { kind: 'help', text: helpText() };
  const [test, ...others] = positionals;
  if ((test !== 'crash' && test !== 'linearizable') || others.length > 0) {
    throw new UsageError(
      `expected crash or linearizable, found ${positionals.join(' ') || 'none'}`,
    );
  }
  const seed = values.seed === undefined ? drawSeed() : wholeOf('--seed', values.seed, 0);
  if (test === 'crash') {
    refuse('--seconds', values.seconds);
    const rounds = wholeOf('--rounds', values.rounds ?? '20', 1);
    return { kind: test, rounds, seed, servers: serversOf(CRASH_SERVERS, values.server) };
  }
  refuse('--rounds', values.rounds);
  const seconds = wholeOf('--seconds', values.seconds ?? '5', 1);
  return { kind: test, seconds, seed, servers: serversOf(LINEARIZABLE_SERVERS, values.server) };
}

function readWords(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        server: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function refuse(option: string, word: string | undefined): void {
  if (word !== undefined) throw new UsageError(`${option}: not an option of this test`);
}

function wholeOf(option: string, word: string, minimum: number): number {
  const value = Number(word);
  if (/^\d+$/.test(word) && value >= minimum && value <= SEED_MAX) return value;
  throw new UsageError(
    `${option}: expected a whole number from ${minimum} to ${SEED_MAX}, found ${JSON.stringify(word)}`,
  );
}

/** Those that are named; the first one if none are. */
function serversOf(table: readonly ServerKind[], list: string | undefined): readonly ServerKind[] {
  if (list === undefined) return table.slice(0, 1);
  if (list === 'all') return table;
  return list.split(',').map((name) => {
    const kind = table.find((each) => each.name === name);
    if (kind !== undefined) return kind;
    const names = table.map((each) => each.name).join(', ');
    throw new UsageError(`--server: expected all, or some of ${names}; found ${name}`);
  });
}

function helpText(): string {
  return [
    'usage: reliability crash [--rounds N] [--seed N] [--server NAME,...|all]',
    '       reliability linearizable [--seconds N] [--seed N] [--server NAME,...|all]',
    '',
    'Exits with 0 when every sound server has kept its promises and every control was found out, else with 1.',
    '',
    'servers for crash:',
    ...serverLines(CRASH_SERVERS),
    '',
    'servers for linearizable:',
    ...serverLines(LINEARIZABLE_SERVERS),
  ].join('\n');
}

function serverLines(table: readonly ServerKind[]): readonly string[] {
  return table.map(
    ({ name, about, sound }) => `  ${name.padEnd(16)}${sound ? '' : 'CONTROL: '}${about}`,
  );
}
