/** The program: runs what the command line asks for, tells each step, and in the end how many have failed. */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type Help, type Output, runCommand } from '@nbd-tooling/command-line';
import { guestLack } from './guest-image.ts';
import { type Invocation, parseOptions } from './options.ts';
import { runScenarios } from './run-scenarios.ts';

/** Answers the exit code: 0 when every step is ok, 1 when not, 2 for wrong usage or a machine that lacks something. */
export async function guest(args: readonly string[], output: Output): Promise<number> {
  return runCommand({
    name: 'guest',
    parse: () => parseOptions(args),
    perform: (invocation) => perform(invocation, output),
    output,
  });
}

async function perform(
  { scenarios, accelerator, logFile }: Exclude<Invocation, Help>,
  output: Output,
): Promise<number> {
  const lack = guestLack();
  if (lack !== undefined) {
    output.complain(`guest: ${lack}`);
    return 2;
  }
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
