/**
 * Where the server says what happens. The methods are those of pino, so a pino logger fits as it is, and so does
 * `console`. The default says nothing.
 */
export interface Log {
  /** The course of things: a client came, entered an export, left. */
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  /** Something failed, and the server goes on. */
  warn(fields: object, message: string): void;
  /** Something failed that nobody expected: a bug of a driver, a listener that gave up. */
  error(fields: object, message: string): void;
  /** Whether lines of that level are kept at all. Absent: they are. */
  isLevelEnabled?(level: LogLevel): boolean;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The same log, but that of a line that it throws for the process is warned in its place: nothing is to be broken off by it. */
export function unfailing(log: Log): Log {
  const at = (level: LogLevel) => (fields: object, message: string) => {
    try {
      log[level](fields, message);
    } catch (error) {
      process.emitWarning(error as Error);
    }
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function nothing(): void {}
