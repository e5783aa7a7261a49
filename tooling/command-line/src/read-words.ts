/** The words of a command line, by the options that there are. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** `--help`, which every program has. */
const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/** The values of options by their names, and the words that belong to none. */
type Words<Known extends Options> = Pick<
  ReturnType<
    typeof parseArgs<{ allowPositionals: true; args: string[]; options: Known & typeof HELP }>
  >,
  'positionals' | 'values'
>;

/**
 * Reads `args`, without the names of Node and of the program, by `options` as `parseArgs` of Node takes them, and
 * `--help` besides. What the words mean is not yet looked at.
 *
 * @throws UsageError for an option that is not there, or has a value that it must not have, or lacks one
 */
export function readWords<const Known extends Options>(
  args: readonly string[],
  options: Known,
): Words<Known> {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, ...HELP },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
