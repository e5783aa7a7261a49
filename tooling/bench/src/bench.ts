/**
 * The benchmark from its arguments to its exit code.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './child-processes.ts';
import { expectSize, makeSeed } from './data-files.ts';
import { type BenchOptions, parseOptions, UsageError } from './options.ts';
import { pairedRuns } from './paired-runs.ts';
import { lackOf, PRESETS } from './presets.ts';
import { type Result, summarize, textTable } from './report.ts';
import { describeMachine, writeReports } from './report-files.ts';
import { freePort, type Served, startServer } from './served.ts';
import { serverCommand } from './server-command.ts';
import type { ServerSpec, Transport } from './server-spec.ts';
import type { Workload } from './workload.ts';
import { findWorkload } from './workloads.ts';

/** Where lines go. */
export interface Output {
  /** Tables. */
  print(text: string): void;
  /** What was left out, and what failed. */
  complain(text: string): void;
}

/** Runs it all. Answers 0, or 1 if a run failed, or 2 for a command line that makes no sense. */
export async function bench(args: readonly string[], output: Output): Promise<number> {
  try {
    const invocation = parseOptions(args);
    if (invocation.kind === 'bench') return await new Bench(invocation.options, output).run();
    output.print(invocation.text);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    output.complain(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

class Bench {
  readonly #options: BenchOptions;
  readonly #output: Output;
  readonly #seed: string;
  readonly #machine = describeMachine();
  readonly #results: Result[] = [];
  #failed = false;

  constructor(options: BenchOptions, output: Output) {
    this.#options = options;
    this.#output = output;
    this.#seed = options.seedFile ?? join(options.directory, 'seed.img');
  }

  async run(): Promise<number> {
    const { directory, seedFile, sizeBytes, transports } = this.#options;
    const servers = this.#options.servers.filter((spec) => this.#isHere(spec));
    if (servers.length === 0) throw new Error('no server is left to measure');
    const workloads = this.#options.workloads
      .map(findWorkload)
      .filter((each) => this.#isRunnable(each));
    await mkdir(directory, { recursive: true });
    if (seedFile === undefined) await makeSeed(this.#seed, sizeBytes);
    else await expectSize(seedFile, sizeBytes);
    for (const transport of transports) await this.#pass(transport, servers, workloads);
    return this.#failed ? 1 : 0;
  }

  /** All servers stay up for the pass: idle, they cost nothing. */
  async #pass(
    transport: Transport,
    specs: readonly ServerSpec[],
    workloads: readonly Workload[],
  ): Promise<void> {
    const starts = await Promise.allSettled(specs.map((spec) => this.#start(spec, transport)));
    const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    try {
      for (const start of starts) if (start.status === 'rejected') throw start.reason;
      for (const workload of workloads) await this.#measure(workload, transport, servers);
    } finally {
      await Promise.all(servers.map((served) => served.stop()));
    }
  }

  async #start(spec: ServerSpec, transport: Transport): Promise<Served> {
    const { directory, sizeBytes } = this.#options;
    const place = { directory, transport, port: await freePort(), sizeBytes };
    return await startServer(serverCommand(spec, place), this.#seed, sizeBytes);
  }

  async #measure(
    workload: Workload,
    transport: Transport,
    servers: readonly Served[],
  ): Promise<void> {
    const { repeat, runtimeSeconds, sizeBytes } = this.#options;
    const settings = { runtimeSeconds, sizeBytes, seed: this.#seed };
    const runs = await pairedRuns(workload, servers, repeat, settings, ({ name }, error) => {
      this.#failed = true;
      this.#output.complain(`! ${name} ${transport} ${workload.name}: ${error.message}`);
    });
    const baseline = servers.find(({ name }) => name === this.#options.baseline) ?? servers[0];
    const heading = { workload: workload.name, transport, baseline: baseline?.name ?? '' };
    const result = summarize({ ...heading, repeat, runtimeSeconds }, runs);
    this.#results.push(result);
    this.#output.print(`\n${textTable(result)}`);
    await writeReports(this.#options, this.#machine, this.#results);
  }

  #isHere({ name, preset, command, processor }: ServerSpec): boolean {
    const known = command === undefined ? PRESETS.get(preset) : undefined;
    const lacks = [
      known === undefined ? undefined : lackOf(known),
      processor === undefined ? undefined : lackOfProgram('taskset'),
    ].filter((lack) => lack !== undefined);
    for (const lack of lacks) this.#output.complain(`left out: ${name}: ${lack}`);
    return lacks.length === 0;
  }

  #isRunnable({ name, program }: Workload): boolean {
    const lack = program === undefined ? undefined : lackOfProgram(program);
    if (lack !== undefined) this.#output.complain(`left out: ${name}: ${lack}`);
    return lack === undefined;
  }
}

function lackOfProgram(name: string): string | undefined {
  return findProgram(name) === undefined ? `${name} is not on this machine` : undefined;
}
