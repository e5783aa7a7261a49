/**
 * The command line of the benchmark.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PRESETS } from './presets.ts';
import type { ServerSpec, Transport } from './server-spec.ts';
import { parseSize } from './size.ts';
import { expandWorkloads, WORKLOAD_SETS } from './workloads.ts';

export interface BenchOptions {
  readonly servers: readonly ServerSpec[];
  /** The name of the server that the others are compared with. */
  readonly baseline: string;
  readonly transports: readonly Transport[];
  /** Names of workloads, sets resolved. */
  readonly workloads: readonly string[];
  /** Of one run; workloads that move a whole export take what they take. */
  readonly runtimeSeconds: number;
  readonly repeat: number;
  /** Of each export, bytes. */
  readonly sizeBytes: number;
  /** Where sockets and data files are; made if missing, and left. */
  readonly directory: string;
  /** A file of `sizeBytes` incompressible bytes; made in `directory` if undefined. */
  readonly seedFile: string | undefined;
  /** Where the figures go as JSON. */
  readonly jsonFile: string | undefined;
  /** Where the tables go as Markdown. */
  readonly markdownFile: string | undefined;
}

/** What the person asks for. */
export type Invocation =
  | { readonly kind: 'bench'; readonly options: BenchOptions }
  | { readonly kind: 'help'; readonly text: string };

/** A command line that asks for nothing that can be done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const HELP = `Usage: bench --server NAME[=COMMAND] [--server ...] [options]

  --server NAME            a preset (below); NAME@N pins it to processor N
  --server NAME=COMMAND    your own; run by "sh -c exec", with $SOCK (path of a Unix socket), $PORT,
                           $FILE (a data file of its own), $SIZE (bytes) and $DIR filled in;
                           {unix:TEXT} and {tcp:TEXT} are kept only for that transport
  --baseline NAME          the server to compare with (default: the first)
  --transport LIST         unix, tcp (default: unix)
  --workloads LIST         names and sets (default: quick)
  --runtime SECONDS        of one run (default: 3)
  --repeat N               runs of each workload, the order of servers rotates (default: 3)
  --size SIZE              of each export: 64M, 1g (default: 1g)
  --dir PATH               for sockets and data files
  --seed FILE              random data of that size (default: made in the directory)
  --json FILE, --markdown FILE
                           write the figures there, after each workload

Workloads:
  raw-{randread|randwrite|read|write}-SIZE-qDEPTH[-cCONNECTIONS]   the lean client of this tool
  {randread|randwrite|read|write|randrw|rw}-SIZE-qDEPTH[-jJOBS]    fio
  copyout-cN, copyin-cN    nbdcopy of the whole export
  qemubench-SIZE-qDEPTH    qemu-img bench
  connect-pN               connect, enter the export, disconnect, N at a time
  rss-cN                   memory held with N clients that have each read 16 times 128k
`;

/**
 * Reads a command line, without the names of Node and of the program.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): Invocation {
  const values = readWords(args);
  if (values.help === true) return { kind: 'help', text: helpText() };
  const servers = (values.server ?? []).map(parseServer);
  const [first] = servers;
  if (first === undefined) throw new UsageError('expected at least one --server, found none');
  const names = servers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--server ${twice} is there twice`);
  const baseline = values.baseline ?? first.name;
  if (!names.includes(baseline)) {
    throw new UsageError(`--baseline: expected one of ${names.join(', ')}, found ${baseline}`);
  }
  return {
    kind: 'bench',
    options: {
      servers,
      baseline,
      transports: values.transport.split(',').map(parseTransport),
      workloads: orUsageError('--workloads', () => expandWorkloads(values.workloads)),
      runtimeSeconds: positive('--runtime', values.runtime),
      repeat: wholePositive('--repeat', values.repeat),
      sizeBytes: orUsageError('--size', () => parseSize(values.size)),
      directory: values.dir ?? join(tmpdir(), 'nbd-bench'),
      seedFile: values.seed,
      jsonFile: values.json,
      markdownFile: values.markdown,
    },
  };
}

/** The words of each option; what they mean is not yet looked at. */
function readWords(args: readonly string[]) {
  return orUsageError('arguments', () => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        server: { type: 'string', multiple: true },
        baseline: { type: 'string' },
        transport: { type: 'string', default: 'unix' },
        workloads: { type: 'string', default: 'quick' },
        runtime: { type: 'string', default: '3' },
        repeat: { type: 'string', default: '3' },
        size: { type: 'string', default: '1g' },
        dir: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        markdown: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  });
}

function parseServer(text: string): ServerSpec {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const command = equals === -1 ? undefined : text.slice(equals + 1);
  const { preset = '', processor } =
    /^(?<preset>[\w.-]+)(?:@(?<processor>\d+))?$/.exec(name)?.groups ?? {};
  if (preset === '') {
    throw new UsageError(
      `--server: expected a NAME of letters, digits and .-_, found ${JSON.stringify(name)}`,
    );
  }
  if (command === undefined && !PRESETS.has(preset)) {
    throw new UsageError(
      `--server: expected NAME=COMMAND or one of ${[...PRESETS.keys()].join(', ')}, found ${name}`,
    );
  }
  return { name, preset, command, processor };
}

function parseTransport(word: string): Transport {
  if (word === 'unix' || word === 'tcp') return word;
  throw new UsageError(`--transport: expected unix or tcp, found ${JSON.stringify(word)}`);
}

function positive(option: string, word: string): number {
  const value = Number(word);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${option}: expected a number above 0, found ${JSON.stringify(word)}`);
}

function wholePositive(option: string, word: string): number {
  const value = positive(option, word);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`${option}: expected a whole number, found ${JSON.stringify(word)}`);
}

function orUsageError<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${option}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function helpText(): string {
  const sets = [...WORKLOAD_SETS].map(([name, members]) => `  ${name}: ${members.join(',')}`);
  const presets = [...PRESETS].map(([name, { command }]) => `  ${name.padEnd(18)} ${command}`);
  return `${HELP}\nSets of workloads:\n${sets.join('\n')}\n\nPresets:\n${presets.join('\n')}\n`;
}
