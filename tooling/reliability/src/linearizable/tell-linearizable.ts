/** What came of histories, in lines for a person. */
import type { Output } from '@nbd-tooling/command-line';
import type { ServerKind } from '../servers/server-table.ts';
import { verdict } from '../verdict.ts';
import { runLinearizable } from './linearizable-run.ts';

export interface LinearizableOptions {
  readonly seconds: number;
  readonly seed: number;
}

/** Has a server read and written by several at a time. Whether all is in order: a control must be found out. */
export async function tellLinearizable(
  server: ServerKind,
  { seconds, seed }: LinearizableOptions,
  { print }: Output,
): Promise<boolean> {
  const report = await runLinearizable({ seconds, seed, kind: server });
  const { parts, reads, writes, tornInFlight, anomalyCount, anomalies } = report;
  const clean = anomalyCount === 0;
  print(`${server.name}: ${server.about}`);
  print(`  ${reads} reads and ${writes} writes in ${parts} parts`);
  if (server.tearsInFlight) print(`  permitted: ${tornInFlight} blocks read torn beside a write`);
  print(`  forbidden: ${anomalyCount} blocks whose history is not that of a register`);
  for (const { part, block, anomaly } of anomalies) {
    print(`    part ${part}, block ${block}: ${JSON.stringify(anomaly)}`);
  }
  const inOrder = clean === server.sound;
  print(`  ${verdict(inOrder, server)}`);
  return inOrder;
}
