/** The program: fuzzes what the command line asks for, and says of each target what was done and found. */
import { randomInt } from 'node:crypto';
import { type Output, runCommand } from '@nbd-tooling/command-line';
import { collectedHeap } from './collected-heap.ts';
import { INPUTS_ROOT, readInputs, writeCorpus, writeFinding } from './corpus-folder.ts';
import { distill } from './distill.ts';
import { fuzz, type FuzzReport } from './fuzz.ts';
import { messageBytes } from './input.ts';
import { type Invocation, parseOptions } from './options.ts';
import type { Target } from './target.ts';
import { Watchdog } from './watchdog.ts';

/** What a target may have more of the heap at the end than after its first tenth, beside the inputs that were kept, bytes. */
const GROWTH_MAX = 16 * 2 ** 20;
const FINDS_MAX = 20;

/**
 * Answers the exit code: 0 when nothing was found, 1 when something was, 2 for wrong usage. Below `root` are the folders of
 * inputs, which are read, and where finds are kept.
 */
export async function fuzzCommand(
  args: readonly string[],
  known: readonly Target[],
  output: Output,
  root: URL = INPUTS_ROOT,
): Promise<number> {
  return runCommand({
    name: 'fuzz',
    parse: () => parseOptions(args, known, () => randomInt(2 ** 32)),
    async perform(invocation) {
      let isClean = true;
      for (const target of invocation.targets) {
        if (!(await fuzzTarget(target, invocation, output, root))) isClean = false;
      }
      return isClean ? 0 : 1;
    },
    output,
  });
}

/** Answers whether nothing was found. */
async function fuzzTarget(
  target: Target,
  { seed, runsMax, bytesMax, saves }: Extract<Invocation, { kind: 'fuzz' }>,
  { print }: Output,
  root: URL,
): Promise<boolean> {
  print(`${target.name}: ${target.about}; seed ${seed}`);
  const corpus = [
    ...readInputs('corpus', target.name, root).values(),
    ...readInputs('finds', target.name, root).values(),
  ];
  const heap = new HeapWatch();
  const watchdog = new Watchdog();
  const report = await fuzz({
    target,
    seed,
    runsMax,
    bytesMax,
    corpus,
    findsMax: FINDS_MAX,
    progress: (now) => {
      watchdog.pat();
      if (now.executions >= runsMax / 10 || now.bytes >= bytesMax / 10) heap.begin(now);
    },
  });
  await watchdog.stop();
  const growth = heap.growth(report);
  tell(report, growth, print);
  for (const finding of report.finds) {
    print(`  FOUND ${finding.signature}`);
    print(`    kept in ${writeFinding(target.name, finding, root)}, which the tests replay`);
  }
  if (saves) {
    const chosen = await distill(target, report.kept);
    writeCorpus(target.name, chosen, root);
    print(`  the corpus is ${chosen.length} of the ${report.kept.length} inputs now`);
  }
  return report.finds.length === 0 && growth <= GROWTH_MAX;
}

function tell(report: FuzzReport, growth: number, print: (line: string) => void): void {
  const { executions, bytes, kept, functions, unrunBlocks, words, finds } = report;
  print(
    `  ${executions} executions, ${bytes} bytes, ${kept.length} inputs kept, ${words} outcomes`,
  );
  print(`  ${functions} functions ran, all of their blocks but ${unrunBlocks}`);
  const inOrder = growth <= GROWTH_MAX ? '' : ', which is TOO MUCH';
  print(`  the heap grew by ${Math.round(growth / 1024)} KiB${inOrder}; ${finds.length} finds`);
}

/** How much the heap grows, once everything is warm. */
class HeapWatch {
  #start: number | undefined;

  begin(report: FuzzReport): void {
    this.#start ??= collectedHeap() - keptBytes(report);
  }

  growth(report: FuzzReport): number {
    return collectedHeap() - keptBytes(report) - (this.#start ?? 0);
  }
}

function keptBytes({ kept }: FuzzReport): number {
  return kept.reduce((sum, input) => sum + messageBytes(input), 0);
}
