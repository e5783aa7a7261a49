/**
 * Lines of the log on their way to the main thread.
 */
import type { Log, LogLevel } from '../log.ts';
import { fromPlainError, type PlainError, toPlainError } from './plain-error.ts';
import type { Report } from './thread-messages.ts';

export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

type LogReport = Extract<Report, { readonly kind: 'log' }>;

/** A log whose lines of `levels` are handed to `send`; fields other than errors must be such as can be cloned. */
export function forwardingLog(
  levels: readonly LogLevel[],
  send: (report: LogReport) => void,
): Required<Log> {
  const at = (level: LogLevel) =>
    levels.includes(level)
      ? (fields: object, message: string) => send(reportOf(level, fields, message))
      : () => undefined;
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isLevelEnabled: (level) => levels.includes(level),
  };
}

/** Says in `log` what a thread has said. */
export function writeForwarded(log: Log, { level, message, fields, errors }: LogReport): void {
  const restored = Object.entries(errors).map(([key, error]) => [key, fromPlainError(error)]);
  log[level]({ ...fields, ...Object.fromEntries(restored) }, message);
}

function reportOf(level: LogLevel, all: object, message: string): LogReport {
  const fields: Record<string, unknown> = {};
  const errors: Record<string, PlainError> = {};
  for (const [key, value] of Object.entries(all)) {
    if (value instanceof Error) errors[key] = toPlainError(value);
    else fields[key] = value;
  }
  return { kind: 'log', level, message, fields, errors };
}
