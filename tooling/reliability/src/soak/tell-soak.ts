/** What came of a soak, in lines for a person. */
import type { Output } from '@nbd-tooling/command-line';
import { verdict } from '../verdict.ts';
import { growthMax, runSoak, type SoakReport } from './soak-run.ts';
import type { SoakKind } from './soak-table.ts';

const MIB = 2 ** 20;

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
}

/** Soaks a server. Whether all is in order: a control must be found out. */
export async function tellSoak(
  kind: SoakKind,
  { seconds, seed }: SoakOptions,
  { print }: Output,
): Promise<boolean> {
  print(`${kind.name}: ${kind.sound ? '' : 'CONTROL, '}${kind.about}`);
  const report = await runSoak({ kind, seconds, seed });
  const { connections, resets, rude, requests, faults, wrongBytes, memory, growth } = report;
  print(`  ${connections} connections, ${resets} reset or cut; ${rude} visitors that never got in`);
  print(
    `  ${requests} requests, ${faults} failed as they were to; ${mib(report.bytesRead)} MiB read and checked, ${mib(report.bytesWritten)} written`,
  );
  print(
    `  memory: ${mib(memory.first)} MiB first, ${mib(memory.last)} last, ${mib(memory.peak)} at the most; ${mib(growth.bytes)} MiB more over the second half (${mib(growth.bytesPerMinute)} a minute), at most ${mib(growthMax(requests))} allowed`,
  );
  const { before, peak, after } = report.descriptors;
  print(`  descriptors: ${before} before, ${peak} at the most, ${after} after`);
  print(`  wrong bytes: ${wrongBytes}`);
  const faulty = faultsOf(report);
  for (const fault of faulty) print(`    ${fault}`);
  const inOrder = kind.sound ? faulty.length === 0 : wrongBytes > 0;
  print(`  ${verdict(inOrder, kind)}`);
  return inOrder;
}

/** What is not as promised, each in one line. */
export function faultsOf(report: SoakReport): readonly string[] {
  const { wrongBytes, growth, requests, descriptors, unexpected, log, exit } = report;
  const faults: string[] = [];
  if (wrongBytes > 0) faults.push(`${wrongBytes} wrong bytes`);
  if (growth.bytes > growthMax(requests)) faults.push(`${mib(growth.bytes)} MiB of growth`);
  if (descriptors.after > descriptors.before) faults.push('descriptors were left open');
  if (log !== '') faults.push(`the server logged errors: ${log}`);
  if (exit !== '0') faults.push(`the server ended with ${exit}`);
  return [...faults, ...unexpected];
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
