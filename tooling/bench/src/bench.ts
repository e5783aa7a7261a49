/**
 * The benchmark from its arguments to its exit code.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Help, type Output, runCommand } from '@nbd-tooling/command-line';
import { makeCertificates } from './servers/certificates.ts';
import { findProgram } from './servers/child-processes.ts';
import { expectSize, makeSeed } from './servers/data-files.ts';
import { markdownDocument } from './results/document.ts';
import { describeMachine, type Machine } from './results/machine.ts';
import { runMicro } from './micro/run-micro.ts';
import { NotApplicable } from './workloads/not-applicable.ts';
import { type BenchOptions, type Invocation, parseOptions } from './command-line/options.ts';
import { pairedRuns } from './paired-runs.ts';
import type { Pass } from './passes.ts';
import { lackOf, PRESETS } from './servers/presets.ts';
import type { Recording } from './results/recording.ts';
import { type Result, summarize, textTable } from './results/report.ts';
import { freePort, type Served, startServer } from './servers/served.ts';
import { serverCommand } from './servers/server-command.ts';
import type { ServerSpec } from './servers/server-spec.ts';
import { textTargets } from './results/target-table.ts';
import { judge } from './results/verdict.ts';
import type { Workload } from './workloads/workload.ts';
import { findWorkload } from './workloads/workloads.ts';
import { writeRecording } from './results/write-recording.ts';

/** Runs it all. Answers 0, or 1 if a run failed, or 2 for a command line that makes no sense. */
export async function bench(args: readonly string[], output: Output): Promise<number> {
  return runCommand({
    name: 'bench',
    parse: () => parseOptions(args),
    async perform(invocation) {
      try {
        return await perform(invocation, output);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        output.complain(error.message);
        return 1;
      }
    },
    output,
  });
}

async function perform(invocation: Exclude<Invocation, Help>, output: Output): Promise<number> {
  switch (invocation.kind) {
    case 'bench':
      return new Bench(invocation.options, await describeMachine(), output).run();
    case 'micro':
      output.print(await runMicro(invocation.updateReference));
      return 0;
    case 'document': {
      const recording = JSON.parse(await readFile(invocation.jsonFile, 'utf8')) as Recording;
      await writeFile(invocation.markdownFile, markdownDocument(recording));
      return 0;
    }
  }
}

class Bench {
  readonly #options: BenchOptions;
  readonly #machine: Machine;
  readonly #output: Output;
  readonly #seed: string;
  readonly #results: Result[] = [];
  /** What was left out and said so. */
  readonly #omissions = new Set<string>();
  #failed = false;

  constructor(options: BenchOptions, machine: Machine, output: Output) {
    this.#options = options;
    this.#machine = machine;
    this.#output = output;
    this.#seed = options.seedFile ?? join(options.directory, 'seed.img');
  }

  async run(): Promise<number> {
    const { directory, passes, seedFile, sizeBytes } = this.#options;
    const possible = passes.map((pass) => this.#possible(pass));
    if (possible.every(({ servers }) => servers.length === 0)) {
      throw new Error('no server is left to measure');
    }
    await mkdir(directory, { recursive: true });
    if (seedFile === undefined) await makeSeed(this.#seed, sizeBytes);
    else await expectSize(seedFile, sizeBytes);
    for (const pass of possible) await this.#pass(pass);
    const verdicts = judge(this.#results);
    if (verdicts.length > 0) this.#output.print(`\n${textTargets(verdicts)}`);
    return this.#failed ? 1 : 0;
  }

  /** `pass` without what this machine lacks something for. */
  #possible(pass: Pass): Pass {
    const servers = pass.servers.filter((spec) => this.#isHere(spec));
    const workloads = pass.workloads.filter((name) => this.#isRunnable(findWorkload(name)));
    return { ...pass, servers, workloads };
  }

  /** All servers stay up for the pass: idle, they cost nothing. */
  async #pass(pass: Pass): Promise<void> {
    const starts = await this.#start(pass);
    const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    try {
      for (const start of starts) if (start.status === 'rejected') throw start.reason;
      for (const name of pass.workloads) await this.#measure(findWorkload(name), pass, servers);
    } finally {
      await Promise.all(servers.map((served) => served.stop()));
    }
  }

  async #start({ servers, transport }: Pass): Promise<readonly PromiseSettledResult<Served>[]> {
    const { directory, sizeBytes } = this.#options;
    const commands = [];
    for (const spec of servers) {
      const place = { directory, transport, port: await freePort(), sizeBytes };
      const command = serverCommand(spec, place);
      if (command.certificates !== undefined) await makeCertificates(command.certificates);
      commands.push(command);
    }
    return await Promise.allSettled(
      commands.map((command) => startServer(command, this.#seed, sizeBytes)),
    );
  }

  async #measure(workload: Workload, pass: Pass, servers: readonly Served[]): Promise<void> {
    const { repeat, runtimeSeconds, sizeBytes } = this.#options;
    const { transport } = pass;
    const settings = { runtimeSeconds, sizeBytes, seed: this.#seed };
    const runs = await pairedRuns(workload, servers, repeat, settings, ({ name }, error) => {
      const what = `${name} ${transport} ${workload.name}: ${error.message}`;
      if (error instanceof NotApplicable) {
        this.#leaveOut(what);
        return;
      }
      this.#failed = true;
      this.#output.complain(`! ${what}`);
    });
    const baseline = servers.find(({ name }) => name === pass.baseline) ?? servers[0];
    const heading = { workload: workload.name, transport, baseline: baseline?.name ?? '' };
    const result = summarize({ ...heading, repeat, runtimeSeconds }, runs);
    this.#results.push(result);
    this.#output.print(`\n${textTable(result)}`);
    await writeRecording({
      machine: this.#machine,
      options: this.#options,
      results: this.#results,
    });
  }

  #isHere({ name, preset, command, processor }: ServerSpec): boolean {
    const known = command === undefined ? PRESETS.get(preset) : undefined;
    const lacks = [
      known === undefined ? undefined : lackOf(known),
      processor === undefined ? undefined : lackOfProgram('taskset'),
    ].filter((lack) => lack !== undefined);
    for (const lack of lacks) this.#leaveOut(`${name}: ${lack}`);
    return lacks.length === 0;
  }

  #isRunnable({ name, program }: Workload): boolean {
    const lack = program === undefined ? undefined : lackOfProgram(program);
    if (lack !== undefined) this.#leaveOut(`${name}: ${lack}`);
    return lack === undefined;
  }

  /** Says it once. */
  #leaveOut(what: string): void {
    if (this.#omissions.has(what)) return;
    this.#omissions.add(what);
    this.#output.complain(`left out: ${what}`);
  }
}

function lackOfProgram(name: string): string | undefined {
  return findProgram(name) === undefined ? `${name} is not on this machine` : undefined;
}
