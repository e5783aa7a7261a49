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
  if (format === 'json') return pino(options, destination({ dest: STANDARD_ERROR, sync: true }));
  return pino(
    options,
    pretty({
      destination: STANDARD_ERROR,
      sync: true,
      colorize: process.stderr.isTTY && process.stderr.hasColors(),
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
    }),
  );
}
