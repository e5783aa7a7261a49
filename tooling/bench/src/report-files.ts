/**
 * The figures as files: JSON with all of it, Markdown with the tables.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, release } from 'node:os';
import type { BenchOptions } from './options.ts';
import { markdownTable, type Result } from './report.ts';

/** Where and when the runs were made. */
export interface Machine {
  /** In ISO form. */
  readonly date: string;
  readonly processor: string;
  readonly processors: number;
  readonly kernel: string;
  readonly node: string;
  /** Averages over 1, 5 and 15 minutes, before the first run. */
  readonly load: readonly number[];
}

/** This machine now. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    processor: processors[0]?.model ?? 'unknown',
    processors: processors.length,
    kernel: release(),
    node: process.version,
    load: loadavg(),
  };
}

/** Writes the files that `options` ask for, over what is there. */
export async function writeReports(
  options: BenchOptions,
  machine: Machine,
  results: readonly Result[],
): Promise<void> {
  if (options.jsonFile !== undefined) {
    await writeFile(
      options.jsonFile,
      `${JSON.stringify({ ...machine, options, results }, undefined, 1)}\n`,
    );
  }
  if (options.markdownFile !== undefined) {
    await writeFile(options.markdownFile, markdownReport(machine, results));
  }
}

/** The whole document. */
export function markdownReport(machine: Machine, results: readonly Result[]): string {
  const { date, processor, processors, kernel, node, load } = machine;
  const loads = load.map((average) => average.toFixed(2)).join(', ');
  const where = `${date}; ${processors} x ${processor}; Linux ${kernel}; Node ${node}; load ${loads}`;
  return `# Benchmark\n\n${where}\n\n${results.map(markdownTable).join('\n')}`;
}
