/** The program: runs what the command line asks for, and says of each server what was done, what was seen, and whether that is in order. */
import { randomInt } from 'node:crypto';
import { brokenBytes, type CrashReport, runCrashes } from './crash-run.ts';
import { type LinearizableReport, runLinearizable } from './linearizable-run.ts';
import { type Invocation, parseOptions } from './options.ts';
import type { ServerKind } from './server-table.ts';
import { UsageError } from './usage-error.ts';

/** Where text goes, a line at a time. */
export interface Output {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

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
  const { kind, seed, servers } = invocation;
  output.print(`${kind}, seed ${seed}`);
  let allInOrder = true;
  for (const server of servers) {
    const clean =
      invocation.kind === 'crash'
        ? tellCrashes(await runCrashes({ ...invocation, kind: server }), server, output)
        : tellOrder(await runLinearizable({ ...invocation, kind: server }), server, output);
    if (clean !== server.sound) allInOrder = false;
  }
  return allInOrder ? 0 : 1;
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
  print(`  ${verdict(clean, server)}`);
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
  print(`  ${verdict(clean, server)}`);
  return clean;
}

function verdict(clean: boolean, { sound }: ServerKind): string {
  if (sound) return clean ? 'in order' : 'PROMISE BROKEN';
  return clean ? 'NOT FOUND OUT, although it is not sound' : 'found out, as a control must be';
}
