/**
 * What we want to reach beside nbdkit: each goal over both transports and against the better of its default of 16
 * threads for a connection and its `-t 1`, a file against a file and memory against memory.
 */
import type { Transport } from '../servers/server-spec.ts';

/** "file-workers" is a file that two threads of ours serve. */
export type Disk = 'memory' | 'file' | 'file-workers' | 'memory-tls';

/** Ratios are above 1 if ours is better. */
export type Goal =
  | {
      readonly kind: 'ratio';
      /** Operations in a second; server's time for an operation; the slowest hundredth of replies. */
      readonly measure: 'rate' | 'cpu' | 'p99';
      readonly atLeast: number;
      readonly aim: number;
    }
  | { readonly kind: 'memory'; readonly mebibytesMax: number; readonly aim: number };

interface Wish {
  readonly workload: string;
  readonly disk: Disk;
  readonly goals: readonly Goal[];
  /** Against which of the two; absent: the better. */
  readonly beside?: 'default';
}

export interface Target extends Wish {
  readonly transport: Transport;
}

const WISHES: readonly Wish[] = [
  wish('rss-c0', 'file', memory(60, 55)),
  wish('rss-c64', 'file', memory(90, 80)),
  wish('stalled-c64', 'file', memory(120, 110)),
  wish('raw-randread-4k-q64', 'memory', rate(3, 5), cpu(3.5, 6)),
  wish('raw-randread-4k-q64', 'file', rate(2.5, 4), cpu(3, 5)),
  wish('raw-randread-4k-q16', 'file', rate(1.8, 2.5), cpu(2.3, 3)),
  wish('raw-randwrite-4k-q64', 'file', rate(1.7, 2.4), cpu(1.7, 2.4)),
  wish('raw-read-4k-q64', 'file', rate(5, 7), cpu(5, 8)),
  wish('randread-4k-q64', 'file', rate(1.5, 1.8)),
  wish('randread-4k-q16', 'file', rate(1.3, 1.6)),
  wish('randread-4k-q1', 'file', rate(1, 1.3)),
  wish('read-128k-q16', 'file', rate(1, 1.3)),
  wish('write-128k-q16', 'file', rate(1, 1.3)),
  wish('read-1m-q16', 'file', rate(1, 1.3)),
  wish('write-1m-q16', 'file', rate(1, 1.3)),
  wish('copyout-c4', 'file', rate(1, 1.4)),
  wish('copyin-c4', 'file', rate(1, 1.4)),
  wish('raw-randread-4k-q16-c4', 'file-workers', rate(1.8, 2.5)),
  // A thread for each connection starts as fast as any C program; 16 for each are what everybody runs.
  { ...wish('connect-p8', 'file', rate(7, 13)), beside: 'default' },
  wish('beside-cold-q16', 'file', p99(1, 1)),
  wish('raw-read-128k-q16', 'memory-tls', rate(0.8, 1)),
];

/** In the order in which they are told. */
export const TARGETS: readonly Target[] = (['unix', 'tcp'] as const).flatMap((transport) =>
  WISHES.map((each): Target => Object.assign({ transport }, each)),
);

/** Names of presets: ours, and those it is compared with, the default one first. */
export function contenders(disk: Disk): {
  readonly ours: string;
  readonly peers: readonly string[];
} {
  const served = disk === 'file-workers' ? 'file' : disk;
  return { ours: `ours-${disk}`, peers: [`nbdkit-${served}`, `nbdkit-${served}-t1`] };
}

function wish(workload: string, disk: Disk, ...goals: readonly Goal[]): Wish {
  return { workload, disk, goals };
}

function rate(atLeast: number, aim: number): Goal {
  return { kind: 'ratio', measure: 'rate', atLeast, aim };
}

function cpu(atLeast: number, aim: number): Goal {
  return { kind: 'ratio', measure: 'cpu', atLeast, aim };
}

function p99(atLeast: number, aim: number): Goal {
  return { kind: 'ratio', measure: 'p99', atLeast, aim };
}

function memory(mebibytesMax: number, aim: number): Goal {
  return { kind: 'memory', mebibytesMax, aim };
}
