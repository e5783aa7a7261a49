/** The command line. */
import { type Help, readWords, UsageError } from '@nbd-tooling/command-line';
import type { Accelerator } from './machine.ts';
import { SCENARIOS, type Scenario } from './scenario-table.ts';

/** What the person asks for. */
export type Invocation =
  | Help
  | {
      readonly kind: 'run';
      readonly scenarios: readonly Scenario[];
      readonly accelerator: Accelerator;
      /** A file for the commands of the guest and their output. */
      readonly logFile: string | undefined;
    };

/**
 * Reads a command line, without the names of Node and of the program.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): Invocation {
  const { values, positionals } = readWords(args, {
    accelerator: { type: 'string' },
    log: { type: 'string' },
    short: { type: 'boolean' },
  });
  if (values.help === true) return { kind: 'help', text: helpText() };
  const { accelerator = 'tcg', log } = values;
  if (accelerator !== 'tcg' && accelerator !== 'kvm') {
    throw new UsageError(`--accelerator: expected tcg or kvm, found ${accelerator}`);
  }
  const some = SCENARIOS.filter(({ short }) => short || values.short !== true);
  const scenarios =
    positionals.length === 0
      ? some
      : some.filter(({ name }) => positionals.some((word) => name.includes(word)));
  if (scenarios.length === 0) {
    throw new UsageError(
      `expected a part of the name of a scenario, found ${positionals.join(' ')}`,
    );
  }
  return { kind: 'run', scenarios, accelerator, logFile: log };
}

function helpText(): string {
  return [
    'usage: guest [--short] [--log FILE] [--accelerator tcg|kvm] [PART OF A NAME...]',
    '',
    'Boots a guest of Linux under qemu, whose own NBD client uses exports of the demo server.',
    'Exits with 0 when every step is ok, else with 1.',
    '',
    'scenarios, * with --short:',
    ...SCENARIOS.map(({ name, short }) => `${short ? '*' : ' '} ${name}`),
  ].join('\n');
}
