/**
 * What a workload is, and what one run of it tells.
 */
import type { Served } from '../servers/served.ts';

/** The figures of one run. */
export interface Figures {
  readonly rate: number;
  readonly unit: 'ops/s' | 'MiB/s' | 'conn/s' | 'MiB RSS';
  /** What the server's time is divided by: requests, connections, or MiB of a copy. */
  readonly operations: number;
  readonly p50Micros?: number | undefined;
  readonly p99Micros?: number | undefined;
  readonly mebibytesPerSecond?: number | undefined;
}

export interface RunSettings {
  readonly runtimeSeconds: number;
  /** Of the export, bytes. */
  readonly sizeBytes: number;
  /** A file of that size. */
  readonly seed: string;
}

export interface Workload {
  readonly name: string;
  /** The program that puts the load on; undefined: this one. */
  readonly program: string | undefined;
  readonly writes: boolean;
  /** True: it writes here and there, which files should be cached for page by page. See `makeHot`. */
  readonly scatters?: boolean;
  /** Throws an Error if anything failed: then there are no figures. NotApplicable is no failure. */
  run(served: Served, settings: RunSettings): Promise<Figures>;
}

/** Workloads whose names have one pattern, which names the parts that `make` reads. */
export interface WorkloadFamily {
  readonly pattern: RegExp;
  readonly make: (name: string, parts: Readonly<Record<string, string | undefined>>) => Workload;
}

export const MEBIBYTE: number = 1024 * 1024;
