/** The program: runs what the command line asks for, and says of each server what was done, what was seen, and whether that is in order. */
import { randomInt } from 'node:crypto';
import { tellDisks } from './disks/tell-disks.ts';
import { brokenBytes, type CrashReport, runCrashes } from './crash-run.ts';
import { tellHostile } from './hostile/tell-hostile.ts';
import { type LinearizableReport, runLinearizable } from './linearizable-run.ts';
import { type Invocation, parseOptions } from './options.ts';
import type { Output } from './output.ts';
import type { ServerKind } from './server-table.ts';
import { tellSoak } from './soak/tell-soak.ts';
import { UsageError } from './usage-error.ts';
import { verdict } from './verdict.ts';

/** Answers the exit code: 0 when all is as it must be, 1 when not, 2 for wrong usage. */
export async function reliability(args: readonly string[], output: Output): Promise<number> {
  let invocation: Invocation;
  try {
    invocation = parseOptions(args, () => randomInt(2 ** 31));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.complain(`reliability: ${error.message}`);
    return 2;
  }
  if (invocation.kind === 'help') {
    output.print(invocation.text);
    return 0;
  }
  output.print('seed' in invocation ? `${invocation.kind}, seed ${invocation.seed}` : 'disks');
  let allInOrder = true;
  for (const run of runsOf(invocation, output)) {
    if (!(await run())) allInOrder = false;
  }
  return allInOrder ? 0 : 1;
}

/** A run for each server, which tells whether all was in order. */
function runsOf(
  invocation: Exclude<Invocation, { kind: 'help' }>,
  output: Output,
): readonly (() => Promise<boolean>)[] {
  switch (invocation.kind) {
    case 'crash':
      return invocation.servers.map((kind) => async () => {
        const report = await runCrashes({ ...invocation, kind });
        return tellCrashes(report, kind, output) === kind.sound;
      });
    case 'linearizable':
      return invocation.servers.map((kind) => async () => {
        const report = await runLinearizable({ ...invocation, kind });
        return tellOrder(report, kind, output) === kind.sound;
      });
    case 'disks':
      return invocation.servers.map((server) => () => tellDisks(server, output));
    case 'hostile':
      return invocation.servers.map((kind) => () => tellHostile(kind, invocation, output));
    case 'soak':
      return invocation.servers.map((kind) => () => tellSoak(kind, invocation, output));
  }
}

function tellCrashes(report: CrashReport, server: ServerKind, { print }: Output): boolean {
  const { rounds, brokenRounds, changes, fuaChanges, flushes, inFlight, fates, servedOtherwise } =
    report;
  const clean = brokenBytes(report) === 0 && servedOtherwise === 0;
  print(`${server.name}: ${server.about}`);
  print(
    `  ${rounds} kills; answered: ${changes} changes, ${fuaChanges} with FUA, ${flushes} flushes`,
  );
  print(
    `  cut off: ${inFlight} changes in flight; a flush covers ${report.flushCoversAll ? 'all connections' : 'its own connection'}`,
  );
  print(
    `  permitted: ${fates['rolled-back']} blocks without what was not flushed, ${fates['torn-in-flight']} torn in flight`,
  );
  print(
    `  forbidden: ${brokenBytes(report)} bytes (blocks lost ${fates.lost}, torn ${fates.torn}, foreign ${fates.foreign}) in ${brokenRounds} rounds, ${servedOtherwise} restarts that served other bytes than the file has`,
  );
  for (const { round, block, fate, found, allowed } of report.findings) {
    print(`    round ${round}, block ${block}: ${fate}; found ${found}, not of ${allowed}`);
  }
  print(`  ${verdict(clean === server.sound, server)}`);
  return clean;
}

function tellOrder(report: LinearizableReport, server: ServerKind, { print }: Output): boolean {
  const { parts, reads, writes, tornInFlight, anomalyCount, anomalies } = report;
  const clean = anomalyCount === 0;
  print(`${server.name}: ${server.about}`);
  print(`  ${reads} reads and ${writes} writes in ${parts} parts`);
  if (server.tearsInFlight) print(`  permitted: ${tornInFlight} blocks read torn beside a write`);
  print(`  forbidden: ${anomalyCount} blocks whose history is not that of a register`);
  for (const { part, block, anomaly } of anomalies) {
    print(`    part ${part}, block ${block}: ${JSON.stringify(anomaly)}`);
  }
  print(`  ${verdict(clean === server.sound, server)}`);
  return clean;
}
