/**
 * The log on standard error: lines for people, or JSON for machines. In neither can a peer write a line of its own, or
 * anything that a terminal would obey.
 */
import { lstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import { destination, type DestinationStream, type Logger, pino } from 'pino';
import type { prettyFactory } from 'pino-pretty';
import { escapeAll, escapeUnsafe } from './log-escape.ts';
import type { LogFormat, LogLevel } from '../settings/settings.ts';

const STANDARD_ERROR = 2;

/** Writes at once, so that nothing is lost however the program ends. */
export function openLog(level: LogLevel, format: LogFormat): Logger {
  const lines = destination({ dest: STANDARD_ERROR, sync: true });
  // A log that cannot be written is lost; the disks are not.
  lines.on('error', () => undefined);
  const colorize = process.stderr.isTTY && process.stderr.hasColors();
  return logTo(lines, level, format, colorize);
}

/** A log of whole lines to `lines`. */
export function logTo(
  lines: DestinationStream,
  level: LogLevel,
  format: LogFormat,
  colorize = false,
): Logger {
  const options = { level, base: null };
  return pino(
    options,
    format === 'json' ? linesForMachines(lines) : linesForPeople(lines, colorize),
  );
}

/** Outside of texts JSON has no character that would be escaped, but for the end of the line. */
function linesForMachines(lines: DestinationStream): DestinationStream {
  return { write: (line) => lines.write(`${escapeUnsafe(line.trimEnd())}\n`) };
}

/** Puts JSON into words. What does so is loaded with the first line: a quiet server does without. */
function linesForPeople(lines: DestinationStream, colorize: boolean): DestinationStream {
  let spell: ((line: unknown) => string) | undefined;
  return {
    write(line) {
      spell ??= loadSpelling(colorize);
      lines.write(spell(escapeAll(JSON.parse(line))));
    },
  };
}

function loadSpelling(colorize: boolean): (line: unknown) => string {
  // Node 20 resolves no symbolic links while the last file that it looked at is a socket, such as one of a dead server.
  lstatSync('/');
  // Not `import`: the line that is waiting may be the last one of the program.
  const pretty = createRequire(import.meta.url)('pino-pretty') as {
    readonly prettyFactory: typeof prettyFactory;
  };
  return pretty.prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
}
