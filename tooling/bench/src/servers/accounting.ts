/**
 * What a process and all its descendants have used so far, from /proc. Servers may fork for each client.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** Time on a processor, user and system, with that of descendants that have ended and been waited for. */
  readonly cpuSeconds: number;
  /** Memory in RAM, shared pages counted once for each process. */
  readonly residentBytes: number;
}

/** What /proc/PID/stat tells. */
export interface ProcessStat {
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** The unit of the kernel's tables: 10 milliseconds on every Linux, so runs should last a second or more. */
const TICKS_PER_SECOND = 100;

/** The usage of the tree of processes below and with `pid`; zeroes if it has ended. */
export function usageOf(pid: number): Usage {
  const stats = readStats();
  let cpuSeconds = 0;
  let residentBytes = 0;
  for (const each of treeOf(pid, stats)) {
    cpuSeconds += stats.get(each)?.cpuSeconds ?? 0;
    residentBytes += residentBytesOf(each);
  }
  return { cpuSeconds, residentBytes };
}

/** `pid` and its descendants. */
export function treeOf(pid: number, stats: ReadonlyMap<number, ProcessStat>): readonly number[] {
  const tree = [pid];
  // Grows while it is walked: children are found after their parents.
  for (const parent of tree) {
    for (const [child, stat] of stats) if (stat.parent === parent) tree.push(child);
  }
  return tree;
}

/** Reads the text of /proc/PID/stat. The name of the program, in parentheses, may hold anything. */
export function parseStat(text: string): ProcessStat {
  // Behind the name: state, parent, ... and at 11 to 14 utime, stime, cutime, cstime.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND };
}

function readStats(): ReadonlyMap<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = readIfThere(`/proc/${entry}/stat`);
    if (text !== undefined) stats.set(Number(entry), parseStat(text));
  }
  return stats;
}

function residentBytesOf(pid: number): number {
  const rollup = readIfThere(`/proc/${pid}/smaps_rollup`) ?? '';
  return Number(/^Rss:\s+(?<kib>\d+)/m.exec(rollup)?.groups?.['kib'] ?? 0) * 1024;
}

/** Processes end between the listing and the reading. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
