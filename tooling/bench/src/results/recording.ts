/**
 * Figures that are kept, with where and how they were made. The JSON file holds one.
 */
import type { Machine } from './machine.ts';
import type { BenchOptions } from '../command-line/options.ts';
import type { Result } from './report.ts';

export interface Recording {
  readonly machine: Machine;
  readonly options: BenchOptions;
  readonly results: readonly Result[];
}
