/** The program: runs what the command line asks for, tells each step, and in the end how many have failed. */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { guestLack } from './guest-image.ts';
import { type Invocation, parseOptions, UsageError } from './options.ts';
import { runScenarios } from './run-scenarios.ts';

/** Where text goes, a line at a time. */
export interface Output {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Answers the exit code: 0 when every step is ok, 1 when not, 2 for wrong usage or a machine that lacks something. */
export async function guest(args: readonly string[], output: Output): Promise<number> {
  let invocation: Invocation;
  try {
    invocation = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.complain(`guest: ${error.message}`);
    return 2;
  }
  if (invocation.kind === 'help') {
    output.print(invocation.text);
    return 0;
  }
  const lack = guestLack();
  if (lack !== undefined) {
    output.complain(`guest: ${lack}`);
    return 2;
  }
  const { scenarios, accelerator, logFile } = invocation;
  const file = logFile === undefined ? undefined : createWriteStream(logFile);
  const began = performance.now();
  const records = await runScenarios({
    scenarios,
    accelerator,
    tell: output.print,
    transcribe: (line) => file?.write(`${line}\n`),
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  const failed = records.filter(({ failure }) => failure !== undefined).length;
  output.print(
    `${scenarios.length} scenarios, ${records.length} steps, ${failed} failed, ${seconds} s`,
  );
  if (file !== undefined) await finished(file.end());
  return failed === 0 ? 0 : 1;
}
