/**
 * The log on standard error: lines for people, or JSON for machines.
 */
import { destination, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { LogFormat, LogLevel } from './settings.ts';

const STANDARD_ERROR = 2;

/** Writes at once, so that nothing is lost however the program ends. */
export function openLog(level: LogLevel, format: LogFormat): Logger {
  const options = { level, base: null };
  const lines = destination({ dest: STANDARD_ERROR, sync: true });
  // A log that cannot be written is lost; the disks are not.
  lines.on('error', () => undefined);
  if (format === 'json') return pino(options, lines);
  return pino(
    options,
    pretty({
      destination: lines,
      colorize: process.stderr.isTTY && process.stderr.hasColors(),
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
    }),
  );
}
