/** From the words of a command line to an exit code. */
import { UsageError } from './usage-error.ts';

/** Where text goes, a line at a time. */
export interface Output {
  /** What was asked for. */
  readonly print: (line: string) => void;
  /** What is wrong, or left out. */
  readonly complain: (line: string) => void;
}

export const STANDARD_OUTPUT: Output = {
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
};

/** What is asked for by `--help`. */
export interface Help {
  readonly kind: 'help';
  readonly text: string;
}

export interface Command<Invocation extends { readonly kind: string }> {
  /** Of the program. */
  readonly name: string;
  /** Reads the command line. May throw a `UsageError`. */
  readonly parse: () => Invocation | Help;
  /** Answers the exit code. */
  readonly perform: (invocation: Invocation) => number | Promise<number>;
  readonly output: Output;
}

/**
 * Does what a command line asks for. Answers the exit code: that of `perform`, 0 for help, or 2 for wrong usage, which
 * is told in one line.
 */
export async function runCommand<Invocation extends { readonly kind: string }>({
  name,
  parse,
  perform,
  output,
}: Command<Invocation>): Promise<number> {
  let asked: Invocation | Help;
  try {
    asked = parse();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.complain(`${name}: ${error.message}`);
    return 2;
  }
  if (!isHelp(asked)) return perform(asked);
  output.print(asked.text);
  return 0;
}

function isHelp(asked: { readonly kind: string }): asked is Help {
  return asked.kind === 'help';
}
