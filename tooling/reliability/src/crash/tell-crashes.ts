/** What came of kills, in lines for a person. */
import type { Output } from '@nbd-tooling/command-line';
import type { ServerKind } from '../servers/server-table.ts';
import { verdict } from '../verdict.ts';
import { brokenBytes, runCrashes } from './crash-run.ts';

export interface CrashOptions {
  /** Kills. */
  readonly rounds: number;
  readonly seed: number;
}

/** Kills a server, again and again. Whether all is in order: a control must be found out. */
export async function tellCrashes(
  server: ServerKind,
  { rounds: kills, seed }: CrashOptions,
  { print }: Output,
): Promise<boolean> {
  const report = await runCrashes({ rounds: kills, seed, kind: server });
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
  const inOrder = clean === server.sound;
  print(`  ${verdict(inOrder, server)}`);
  return inOrder;
}
