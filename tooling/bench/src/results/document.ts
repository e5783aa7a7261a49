/**
 * The document of a recording: what was found, on which machine, and how. `docs/performance.md` is one.
 */
import type { Recording } from './recording.ts';
import { markdownTable } from './report.ts';
import { MEBIBYTE } from '../workloads/workload.ts';
import { markdownTargets } from './target-table.ts';
import { judge } from './verdict.ts';

const HEAD = `# Performance

What one process of the demo server does beside other NBD servers on the same machine in the same minutes.
Made by \`tooling/bench\` from one run: change that, or run it again, and not this text.`;

const READING = `## How to read the tables

- **Ratios are paired**: each repetition runs all servers one after the other, in an order that rotates, and the ratio is
  taken within it. \`ratio\` is the median of those, \`lo..hi\` the lowest and the highest, above 1 is better for the server
  in that row. A win is one if lo..hi lies on one side of 1, or the CPU per operation agrees.
- \`cpu us/op\` is user and system time of the server's whole tree of processes for each operation (connection, or MiB
  of a copy); \`cpu-ratio\` above 1 is less of it than the baseline's.
- \`spread%\` is from the worst rate to the best, in percent of the median. Absolute rates of different days and machines
  do not compare.
- Targets are judged against the better of nbdkit's default of 16 threads for a connection and its \`-t 1\`, for each measure
  by itself. "MISSED by" and the figure in parentheses are the distance of the median from what is asked.
- For \`rss-*\` and \`stalled-*\` the rate is MiB in RAM, so that less is better. In \`beside-cold-*\` the rate and the latencies
  are those of the reader of cached data, MiB/s is what the reader of the disk gets.
- [performance-notes.md](performance-notes.md) says why targets are missed.`;

const METHOD = `## Method

- Exports hold random bytes, in memory as in files, so that no server takes a hole for a short cut. Files are read into
  the page cache before each workload, anew, a piece of each in turn: in order, so that they are kept in large folios, but for
  workloads that write at random, for which they are kept page by page. They are synced after writes, all outside the clock.
- \`raw-*\` is the lean client of \`tooling/bench\`: it lays its requests out beforehand, writes a batch at a time and looks at
  headers only. It takes less than a microsecond for a request, fio tens of them, which hides what a server can do. Both are
  measured. The client competes with the server for the processors.
- Processor time is counted by the kernel in steps of 10 ms.
- At depth 1 and 16 our server polls for up to 50 microseconds before it sleeps
  ([ADR 0008](adr/0008-poll-before-sleeping.md)), and that counts as processor time.`;

/** All of it, with a newline at its end. */
export function markdownDocument(recording: Recording): string {
  const verdicts = judge(recording.results);
  return (
    [
      HEAD,
      whereAndWhen(recording),
      ...(verdicts.length === 0 ? [] : ['## Targets', markdownTargets(verdicts)]),
      READING,
      METHOD,
      howToRepeat(recording),
      '## All figures',
      ...recording.results.map((result) => `#${markdownTable(result)}`),
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}

function whereAndWhen({ machine, options }: Recording): string {
  const { date, kernel, load, memoryMebibytes, node, processor, processors, programs } = machine;
  const versions = Object.entries(programs).map(([name, version]) => `${name} ${version}`);
  return `## Where and when

- ${date.slice(0, 10)}, ${processors} x ${processor}, ${Math.round(memoryMebibytes / 1024)} GiB, Linux ${kernel}, Node ${node}.
- Load before the first run: ${load.map((average) => average.toFixed(2)).join(', ')} (1, 5 and 15 minutes).
- ${versions.join(', ')}.
- Runs of ${options.runtimeSeconds} s, ${options.repeat} for each workload and server; exports of ${options.sizeBytes / MEBIBYTE} MiB.`;
}

function howToRepeat({ options }: Recording): string {
  const size = `${options.sizeBytes / MEBIBYTE}M`;
  const shape = `--runtime ${options.runtimeSeconds} --repeat ${options.repeat} --size ${size}`;
  return `## How to repeat it

\`\`\`sh
pnpm build
pnpm bench --targets all ${shape} --json out.json --markdown docs/performance.md
\`\`\`

It installs nothing, and says what it leaves out because a program is missing. On a machine of one's own, with nothing
else to do. \`pnpm bench --help\` has the rest, \`tooling/bench/README.md\` how it works.`;
}
