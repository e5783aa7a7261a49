/**
 * The words of `--server`.
 */
import { UsageError } from '@nbd-tooling/command-line';
import { PRESETS } from '../servers/presets.ts';
import type { ServerSpec } from '../servers/server-spec.ts';

/**
 * Reads NAME, NAME@N or NAME=COMMAND.
 *
 * @throws UsageError
 */
export function parseServer(text: string): ServerSpec {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const command = equals === -1 ? undefined : text.slice(equals + 1);
  const { preset = '', processor } =
    /^(?<preset>[\w.-]+)(?:@(?<processor>\d+))?$/.exec(name)?.groups ?? {};
  if (preset === '') {
    throw new UsageError(
      `--server: expected a NAME of letters, digits and .-_, found ${JSON.stringify(name)}`,
    );
  }
  if (command === undefined && !PRESETS.has(preset)) {
    throw new UsageError(
      `--server: expected NAME=COMMAND or one of ${[...PRESETS.keys()].join(', ')}, found ${name}`,
    );
  }
  return { name, preset, command, processor };
}
