/**
 * The ways this program fails on purpose. Anything else that is thrown is a bug: it shows its stack.
 */
import { escapeUnsafe } from './output/log-escape.ts';

export type ProgramErrorCode =
  /** The command line, the environment or the configuration file asks for what cannot be. */
  | 'wrong-usage'
  /** A disk or an address cannot be opened. */
  | 'cannot-start'
  /** Connections had to be cut, or a disk did not close. */
  | 'unclean-stop';

const EXIT_CODES: Readonly<Record<ProgramErrorCode, number>> = {
  'wrong-usage': 2,
  'cannot-start': 1,
  'unclean-stop': 1,
};

/** The message is for the person who started the program. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly code: ProgramErrorCode;

  constructor(code: ProgramErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }

  /** The message as one line that no terminal obeys, whatever a path, a system error or a store brought into it. */
  get line(): string {
    return escapeUnsafe(this.message.replaceAll(/\s*[\r\n]+\s*/g, ' '));
  }
}

/** The same failure with `code` and, in front of its words, where it happened. */
export function failure(code: ProgramErrorCode, cause: unknown, where = ''): ProgramError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ProgramError(code, where === '' ? reason : `${where}: ${reason}`, { cause });
}
