/**
 * The command line of the benchmark.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Help, readWords, UsageError, wholeNumber } from '@nbd-tooling/command-line';
import { helpText } from './help-text.ts';
import { type Pass, passesFor } from '../passes.ts';
import { parseServer } from './server-option.ts';
import type { ServerSpec, Transport } from '../servers/server-spec.ts';
import { parseSize } from './size.ts';
import { type Target, TARGETS } from '../results/targets.ts';
import { expandWorkloads } from '../workloads/workloads.ts';

export interface BenchOptions {
  readonly passes: readonly Pass[];
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
  /** Where they go as a document. */
  readonly markdownFile: string | undefined;
}

/** What the person asks for. */
export type Invocation =
  | { readonly kind: 'bench'; readonly options: BenchOptions }
  | { readonly kind: 'micro'; readonly updateReference: boolean }
  /** Makes the document of the figures in `jsonFile`. */
  | { readonly kind: 'document'; readonly jsonFile: string; readonly markdownFile: string }
  | Help;

/**
 * Reads a command line, without the names of Node and of the program.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): Invocation {
  const values = valuesOf(args);
  if (values.help === true) return { kind: 'help', text: helpText() };
  if (values.micro === true) {
    return { kind: 'micro', updateReference: values['update-reference'] === true };
  }
  if (values.from !== undefined) {
    if (values.markdown === undefined) throw new UsageError('--from: expected --markdown, too');
    return { kind: 'document', jsonFile: values.from, markdownFile: values.markdown };
  }
  return {
    kind: 'bench',
    options: {
      passes: passesOf(values),
      runtimeSeconds: positive('--runtime', values.runtime),
      repeat: wholeNumber('--repeat', values.repeat),
      sizeBytes: orUsageError('--size', () => parseSize(values.size)),
      directory: values.dir ?? join(tmpdir(), 'nbd-bench'),
      seedFile: values.seed,
      jsonFile: values.json,
      markdownFile: values.markdown,
    },
  };
}

type Words = ReturnType<typeof valuesOf>;

/** The words of each option; what they mean is not yet looked at. */
function valuesOf(args: readonly string[]) {
  const { values, positionals } = readWords(args, {
    targets: { type: 'string' },
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
    from: { type: 'string' },
    micro: { type: 'boolean' },
    'update-reference': { type: 'boolean' },
  });
  if (positionals.length > 0)
    throw new UsageError(`expected options, found ${positionals.join(' ')}`);
  return values;
}

function passesOf(values: Words): readonly Pass[] {
  const servers = (values.server ?? []).map(parseServer);
  const names = servers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--server ${twice} is there twice`);
  if (values.targets !== undefined) return passesFor(targetsOf(values.targets), servers);
  const [first] = servers;
  return first === undefined ? passesFor(TARGETS, []) : ownPasses(values, servers, first);
}

function ownPasses(
  values: Words,
  servers: readonly ServerSpec[],
  first: ServerSpec,
): readonly Pass[] {
  const names = servers.map(({ name }) => name);
  const baseline = values.baseline ?? first.name;
  if (!names.includes(baseline)) {
    throw new UsageError(`--baseline: expected one of ${names.join(', ')}, found ${baseline}`);
  }
  const workloads = orUsageError('--workloads', () => expandWorkloads(values.workloads));
  return values.transport
    .split(',')
    .map((word) => ({ servers, baseline, transport: parseTransport(word), workloads }));
}

function targetsOf(list: string): readonly Target[] {
  if (list === 'all') return TARGETS;
  const names = orUsageError('--targets', () => expandWorkloads(list));
  const without = names.find((name) => !TARGETS.some(({ workload }) => workload === name));
  if (without !== undefined) throw new UsageError(`--targets: there is none for ${without}`);
  return TARGETS.filter(({ workload }) => names.includes(workload));
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

function orUsageError<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${option}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
