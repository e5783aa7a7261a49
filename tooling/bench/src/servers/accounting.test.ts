import { describe, expect, it } from 'vitest';
import { parseStat, type ProcessStat, treeOf, usageOf } from './accounting.ts';

function child(parent: number): ProcessStat {
  return { parent, cpuSeconds: 0 };
}

describe('the accounting of processes', () => {
  it('reads parent and time of a process whatever it is called', () => {
    const text = '42 (a) b (c) S 7 0 0 0 0 0 0 0 0 0 100 50 20 10 20 0 1';
    expect(parseStat(text)).toEqual({ parent: 7, cpuSeconds: 1.8 });
  });

  it('finds children of children, and nobody else', () => {
    const stats = new Map([
      [9, child(5)],
      [2, child(1)],
      [5, child(2)],
      [6, child(2)],
      [3, child(1)],
    ]);
    expect(new Set(treeOf(2, stats))).toEqual(new Set([2, 5, 6, 9]));
  });

  it.runIf(process.platform === 'linux')('finds this process to use memory and time', () => {
    const { cpuSeconds, residentBytes } = usageOf(process.pid);
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(residentBytes).toBeGreaterThan(1024 * 1024);
  });
});
