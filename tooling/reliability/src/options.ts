/** The command line. */
import { type Help, namedIn, readWords, UsageError, wholeNumber } from '@nbd-tooling/command-line';
import { DISK_SERVERS, type DiskServer } from './disks/disk-server-table.ts';
import { HOSTILE_SERVERS, type HostileKind } from './hostile/hostile-table.ts';
import { CRASH_SERVERS, LINEARIZABLE_SERVERS, type ServerKind } from './servers/server-table.ts';
import { SOAK_SERVERS, type SoakKind } from './soak/soak-table.ts';

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
  | { readonly kind: 'disks'; readonly servers: readonly DiskServer[] }
  | {
      readonly kind: 'soak';
      readonly seconds: number;
      readonly seed: number;
      readonly servers: readonly SoakKind[];
    }
  | {
      readonly kind: 'hostile';
      readonly seed: number;
      readonly servers: readonly HostileKind[];
    }
  | Help;

type Test = Exclude<Invocation['kind'], 'help'>;

/** The options of each test, besides `--server`. */
const TESTS: Readonly<Record<Test, readonly string[]>> = {
  crash: ['rounds', 'seed'],
  linearizable: ['seconds', 'seed'],
  disks: [],
  soak: ['minutes', 'seconds', 'seed'],
  hostile: ['seed'],
};

const SEED_MAX = 2 ** 31 - 1;

/**
 * Reads a command line, without the names of Node and of the program. `drawSeed` is called if there is no seed in it.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], drawSeed: () => number): Invocation {
  const { values, positionals } = readWords(args, {
    minutes: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    server: { type: 'string' },
  });
  if (values.help === true) return { kind: 'help', text: helpText() };
  const [test, ...others] = positionals;
  if (!isTest(test) || others.length > 0) {
    const found = positionals.join(' ') || 'none';
    throw new UsageError(`expected one of ${Object.keys(TESTS).join(', ')}; found ${found}`);
  }
  for (const option of Object.keys(values)) {
    if (option !== 'server' && !TESTS[test].includes(option)) {
      throw new UsageError(`--${option}: not an option of this test`);
    }
  }
  const seed = values.seed === undefined ? drawSeed() : wholeOf('--seed', values.seed, 0);
  const seconds = wholeOf('--seconds', values.seconds ?? '5', 1);
  switch (test) {
    case 'crash': {
      const rounds = wholeOf('--rounds', values.rounds ?? '20', 1);
      return { kind: test, rounds, seed, servers: serversIn(CRASH_SERVERS, values.server) };
    }
    case 'linearizable':
      return { kind: test, seconds, seed, servers: serversIn(LINEARIZABLE_SERVERS, values.server) };
    case 'disks':
      return { kind: test, servers: serversIn(DISK_SERVERS, values.server) };
    case 'hostile':
      return { kind: test, seed, servers: serversIn(HOSTILE_SERVERS, values.server) };
    case 'soak': {
      const { minutes } = values;
      if (minutes !== undefined && values.seconds !== undefined) {
        throw new UsageError('--minutes: not together with --seconds');
      }
      return {
        kind: test,
        seconds: minutes === undefined ? seconds : wholeOf('--minutes', minutes, 1) * 60,
        seed,
        servers: serversIn(SOAK_SERVERS, values.server),
      };
    }
  }
}

function isTest(word: string | undefined): word is Test {
  return word !== undefined && Object.hasOwn(TESTS, word);
}

function wholeOf(option: string, word: string, minimum: number): number {
  return wholeNumber(option, word, { minimum, maximum: SEED_MAX });
}

/** Those that are named; the first one if none are. */
function serversIn<T extends { readonly name: string }>(
  table: readonly T[],
  list: string | undefined,
): readonly T[] {
  if (list === undefined) return table.slice(0, 1);
  if (list === 'all') return table;
  return namedIn(table, list.split(','), '--server: expected all, or some of');
}

function helpText(): string {
  return [
    'usage: reliability crash [--rounds N] [--seed N] [--server NAME,...|all]',
    '       reliability linearizable [--seconds N] [--seed N] [--server NAME,...|all]',
    '       reliability disks [--server NAME,...|all]',
    '       reliability soak [--minutes N|--seconds N] [--seed N] [--server NAME,...|all]',
    '       reliability hostile [--seed N] [--server NAME,...|all]',
    '',
    'Exits with 0 when every sound server has kept its promises and every control was found out, else with 1.',
    '',
    'servers for crash:',
    ...serverLines(CRASH_SERVERS),
    '',
    'servers for linearizable:',
    ...serverLines(LINEARIZABLE_SERVERS),
    '',
    'servers for disks:',
    ...serverLines(DISK_SERVERS),
    '',
    'servers for soak:',
    ...serverLines(SOAK_SERVERS),
    '',
    'servers for hostile:',
    ...serverLines(HOSTILE_SERVERS),
  ].join('\n');
}

function serverLines(
  table: readonly Pick<ServerKind, 'name' | 'about' | 'sound'>[],
): readonly string[] {
  return table.map(
    ({ name, about, sound }) => `  ${name.padEnd(16)}${sound ? '' : 'CONTROL: '}${about}`,
  );
}
