/** What came of the attacks, as a table for a person. */
import type { Output } from '@nbd-tooling/command-line';
import type { Health } from './healthy-client.ts';
import type { HostileKind } from './hostile-table.ts';
import { FULL_SCALE, type HostileReport, type HostileScale, runHostile } from './hostile-run.ts';

const MIB = 2 ** 20;

/**
 * How much longer the healthy client may wait than one of a server that nobody attacks, at the same time on the same machine: mostly,
 * and in the slowest hundredth of its reads. The attackers take the processor from both.
 */
const SLOWER = {
  p50: { times: 5, millis: 5 },
  p99: { times: 5, millis: 100 },
} as const;

/** Attacks a server. Whether all is in order. */
export async function tellHostile(
  { about, workers }: HostileKind,
  { seed }: { readonly seed: number },
  { print }: Output,
): Promise<boolean> {
  const scale = FULL_SCALE;
  const report = await runHostile({ seed, workers, scale });
  print(about);
  for (const [name, value] of rowsOf(report, scale)) print(`  ${name.padEnd(34)}${value}`);
  const faults = faultsOf(report);
  for (const fault of faults) print(`    ${fault}`);
  print(`  ${faults.length === 0 ? 'in order' : 'PROMISE BROKEN'}`);
  return faults.length === 0;
}

function rowsOf(
  report: HostileReport,
  scale: HostileScale,
): readonly (readonly [string, string])[] {
  const { before, meanwhile, beside, memory, descriptors, slots } = report;
  return [
    ['idle in an export', `${scale.idle}`],
    ['ask for 32 MiB and read nothing', `${scale.stalled}, half of them behind a DISC`],
    [
      'dribble in the handshake',
      `${scale.dribbling} at a time, ${report.handshakes} in all, ${report.dribbledBytes} bytes`,
    ],
    ['lengths of 4 GiB and more', `${report.lies}, in each field`],
    ['resets at random bytes', `${scale.resets}`],
    ['healthy client before', `${before.reads} reads: ${spellTimes(before)}`],
    ['healthy client meanwhile', `${meanwhile.reads} reads: ${spellTimes(meanwhile)}`],
    ['one of another server meanwhile', `${beside.reads} reads: ${spellTimes(beside)}`],
    ['wrong bytes', `${before.wrong + meanwhile.wrong}`],
    [
      'memory',
      `${mib(memory.quiet)} MiB before, ${mib(memory.peak)} at the most, ${mib(memory.bound)} allowed`,
    ],
    ['descriptors', `${descriptors.before} before, ${descriptors.after} after`],
    ['places', `${slots.free} of ${slots.of} free after`],
  ];
}

/** What is not as promised, each in one line. */
export function faultsOf(report: HostileReport): readonly string[] {
  const { before, meanwhile, beside, memory, descriptors, slots } = report;
  const faults: string[] = [];
  if (before.wrong + meanwhile.wrong > 0) faults.push('the healthy client was told wrong bytes');
  if (meanwhile.reads === 0) faults.push('the healthy client was not served');
  for (const part of ['p50', 'p99'] as const) {
    const { times, millis } = SLOWER[part];
    if (meanwhile[part] <= beside[part] * times + millis) continue;
    const [found, usual] = [meanwhile[part].toFixed(1), beside[part].toFixed(1)];
    faults.push(`the healthy client waited: ${part} ${found} ms, ${usual} where nobody attacks`);
  }
  if (memory.peak > memory.bound) faults.push(`${mib(memory.peak)} MiB of memory`);
  if (descriptors.after > descriptors.before) faults.push('descriptors were left open');
  if (slots.free < slots.of) faults.push(`${slots.of - slots.free} places were not given back`);
  if (!report.keepsLimit) faults.push('more connections than the limit were let in');
  if (report.log !== '') faults.push(`the server logged errors: ${report.log}`);
  if (report.exit !== '0') faults.push(`the server ended with ${report.exit}`);
  return faults;
}

function spellTimes({ p50, p99, max }: Health): string {
  return `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, max ${max.toFixed(1)} ms`;
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
