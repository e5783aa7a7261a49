/** The program: runs what the command line asks for, and says of each server what was done, what was seen, and whether that is in order. */
import { randomInt } from 'node:crypto';
import { type Help, type Output, runCommand } from '@nbd-tooling/command-line';
import { tellCrashes } from './crash/tell-crashes.ts';
import { tellDisks } from './disks/tell-disks.ts';
import { tellHostile } from './hostile/tell-hostile.ts';
import { tellLinearizable } from './linearizable/tell-linearizable.ts';
import { type Invocation, parseOptions } from './options.ts';
import { tellSoak } from './soak/tell-soak.ts';

/** Answers the exit code: 0 when all is as it must be, 1 when not, 2 for wrong usage. */
export async function reliability(args: readonly string[], output: Output): Promise<number> {
  return runCommand({
    name: 'reliability',
    parse: () => parseOptions(args, () => randomInt(2 ** 31)),
    async perform(invocation) {
      output.print('seed' in invocation ? `${invocation.kind}, seed ${invocation.seed}` : 'disks');
      let allInOrder = true;
      for (const run of runsOf(invocation, output)) {
        if (!(await run())) allInOrder = false;
      }
      return allInOrder ? 0 : 1;
    },
    output,
  });
}

/** A run for each server, which tells whether all was in order. */
function runsOf(
  invocation: Exclude<Invocation, Help>,
  output: Output,
): readonly (() => Promise<boolean>)[] {
  switch (invocation.kind) {
    case 'crash':
      return invocation.servers.map((kind) => () => tellCrashes(kind, invocation, output));
    case 'linearizable':
      return invocation.servers.map((kind) => () => tellLinearizable(kind, invocation, output));
    case 'disks':
      return invocation.servers.map((server) => () => tellDisks(server, output));
    case 'hostile':
      return invocation.servers.map((kind) => () => tellHostile(kind, invocation, output));
    case 'soak':
      return invocation.servers.map((kind) => () => tellSoak(kind, invocation, output));
  }
}
