/**
 * What we want to reach beside nbdkit: each goal against the better of its default of 16 threads for a
 * connection and its `-t 1`, a file against a file and memory against memory.
 */
import type { Transport } from './server-spec.ts';

export type Disk = 'memory' | 'file' | 'memory-tls';

/** Ratios are above 1 if ours is better. */
export type Goal =
  | {
      readonly kind: 'ratio';
      /** Operations in a second; server's time for an operation; the slowest hundredth of replies. */
      readonly measure: 'rate' | 'cpu' | 'p99';
      readonly atLeast: number;
      readonly aim: number;
    }
  | { readonly kind: 'memory'; readonly mebibytesMax: number };

export interface Target {
  readonly workload: string;
  readonly disk: Disk;
  readonly transport: Transport;
  readonly goals: readonly Goal[];
}

/** In the order in which they are measured, and told. */
export const TARGETS: readonly Target[] = [
  target('rss-c0', 'file', memory(60)),
  target('rss-c64', 'file', memory(90)),
  target('stalled-c64', 'file', memory(120)),
  target('raw-randread-4k-q64', 'memory', rate(3, 5), cpu(3.5, 6)),
  target('raw-randread-4k-q64', 'file', rate(2.5, 4), cpu(3, 5)),
  target('raw-randread-4k-q16', 'file', rate(1.8, 2.5), cpu(2.3, 3)),
  target('raw-randwrite-4k-q64', 'file', rate(1.7, 2.4), cpu(1.7, 2.4)),
  target('raw-read-4k-q64', 'file', rate(5, 7), cpu(5, 8)),
  target('randread-4k-q64', 'file', rate(1.5)),
  target('randread-4k-q16', 'file', rate(1.3)),
  target('randread-4k-q1', 'file', rate(1)),
  target('read-128k-q16', 'file', rate(1)),
  target('write-128k-q16', 'file', rate(1)),
  target('read-1m-q16', 'file', rate(1)),
  target('write-1m-q16', 'file', rate(1)),
  overTcp('read-128k-q16', 'file', rate(1)),
  overTcp('write-128k-q16', 'file', rate(1)),
  overTcp('read-1m-q16', 'file', rate(1)),
  overTcp('write-1m-q16', 'file', rate(1)),
  target('copyout-c4', 'file', rate(1)),
  target('copyin-c4', 'file', rate(1)),
  target('raw-randread-4k-q16-c4', 'file', rate(1.8)),
  target('connect-p1', 'file', rate(7)),
  target('beside-cold-q16', 'file', p99(1)),
  target('raw-read-128k-q16', 'memory-tls', rate(0.8)),
];

/** Names of presets: ours, and those it is compared with. */
export function contenders(disk: Disk): {
  readonly ours: string;
  readonly peers: readonly string[];
} {
  return { ours: `ours-${disk}`, peers: [`nbdkit-${disk}`, `nbdkit-${disk}-t1`] };
}

function target(workload: string, disk: Disk, ...goals: readonly Goal[]): Target {
  return { workload, disk, transport: 'unix', goals };
}

function overTcp(workload: string, disk: Disk, ...goals: readonly Goal[]): Target {
  return { workload, disk, transport: 'tcp', goals };
}

function rate(atLeast: number, aim: number = atLeast): Goal {
  return { kind: 'ratio', measure: 'rate', atLeast, aim };
}

function cpu(atLeast: number, aim: number): Goal {
  return { kind: 'ratio', measure: 'cpu', atLeast, aim };
}

function p99(atLeast: number): Goal {
  return { kind: 'ratio', measure: 'p99', atLeast, aim: atLeast };
}

function memory(mebibytesMax: number): Goal {
  return { kind: 'memory', mebibytesMax };
}
