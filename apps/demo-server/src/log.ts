/**
 * The log on standard error: lines for people, or JSON for machines.
 */
import { createRequire } from 'node:module';
import { destination, type DestinationStream, type Logger, pino } from 'pino';
import type { prettyFactory } from 'pino-pretty';
import type { LogFormat, LogLevel } from './settings.ts';

const STANDARD_ERROR = 2;

/** Writes at once, so that nothing is lost however the program ends. */
export function openLog(level: LogLevel, format: LogFormat): Logger {
  const options = { level, base: null };
  const lines = destination({ dest: STANDARD_ERROR, sync: true });
  // A log that cannot be written is lost; the disks are not.
  lines.on('error', () => undefined);
  return pino(options, format === 'json' ? lines : linesForPeople(lines));
}

/** Puts JSON into words. What does so is loaded with the first line: a quiet server does without. */
function linesForPeople(lines: DestinationStream): DestinationStream {
  let spell: ((line: string) => string) | undefined;
  return {
    write(line) {
      spell ??= loadSpelling();
      lines.write(spell(line));
    },
  };
}

function loadSpelling(): (line: string) => string {
  // Not `import`: the line that is waiting may be the last one of the program.
  const pretty = createRequire(import.meta.url)('pino-pretty') as {
    readonly prettyFactory: typeof prettyFactory;
  };
  return pretty.prettyFactory({
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
}
