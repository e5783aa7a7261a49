/**
 * The command line: from words to a request, and the help about them.
 */
import { Command, CommanderError, type OptionValues } from 'commander';
import type { CopyRequest } from './copy/copy-command.ts';
import type { DumpRequest } from './dump-command.ts';
import { COPY_HELP, DUMP_HELP, PROGRAM_HELP, URI_HELP } from './help-texts.ts';
import type { InfoRequest } from './info-command.ts';
import type { ListRequest } from './list-command.ts';
import type { MapRequest } from './map-command.ts';
import { bytes, count, isOn } from './option-words.ts';
import { ProgramError } from './program-error.ts';
import { accessTo, isUri, type TlsWords } from './server-access.ts';
import { describeVolume, type VolumeRequest } from './volume/volume-args.ts';

/** The name of the program, which begins each of its messages. */
export const PROGRAM = 'nbd';

/** What the person asks for. */
export type Invocation =
  | InfoRequest
  | ListRequest
  | MapRequest
  | DumpRequest
  | CopyRequest
  | VolumeRequest
  /** The help, or the version. */
  | { readonly kind: 'print'; readonly text: string };

/**
 * Reads a command line, without the names of Node and of the program. `version` is what `--version` shows.
 *
 * @throws ProgramError "wrong-usage"
 */
export function parseArgs(args: readonly string[], version: string): Invocation {
  let printed = '';
  let asked: Invocation | undefined;
  const program = new Command(PROGRAM)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      writeErr: () => undefined,
      getOutHelpWidth: () => HELP_COLUMNS,
    })
    .configureHelp({ showGlobalOptions: false })
    .helpCommand(false)
    .helpOption('-h, --help', 'show this')
    .version(version, '-V, --version', 'show the version');
  describeCommands(program, (invocation) => {
    asked = invocation;
  });
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    const line = error.code === 'commander.help' ? whichCommand(program, args) : tidy(error);
    throw new ProgramError('wrong-usage', line, { cause: error });
  }
  if (asked === undefined) throw new ProgramError('wrong-usage', whichCommand(program, args));
  return asked;
}

const HELP_COLUMNS = 100;
const REQUEST_BYTES_MAX = 32 * 2 ** 20;
const SPARSE_MINIMUM = 512;

function describeCommands(program: Command, ask: (invocation: Invocation) => void): void {
  program
    .usage('COMMAND [options] ...')
    .description('Looks at NBD exports, copies them, and keeps the volumes that servers export.')
    .addHelpText('after', PROGRAM_HELP);
  withTls(withJson(program.command('info <URI>').description('Tell what an export is and can do')))
    .addHelpText('after', URI_HELP)
    .action((uri: string, words: TlsWords & OptionValues) => {
      ask({ kind: 'info', uri, json: isOn(words, 'json'), access: accessTo([uri], words) });
    });
  withTls(
    withJson(
      program
        .command('list <URI>')
        .description('List the exports of a server')
        .option('-l, --long', 'with their sizes, each asked of the server on its own'),
    ),
  )
    .addHelpText('after', URI_HELP)
    .action((uri: string, words: TlsWords & OptionValues) => {
      const [json, long] = [isOn(words, 'json'), isOn(words, 'long')];
      ask({ kind: 'list', uri, json, long, access: accessTo([uri], words) });
    });
  describeMap(program, ask);
  describeDump(program, ask);
  describeCopy(program, ask);
  describeVolume(program, ask);
}

function describeMap(program: Command, ask: (invocation: Invocation) => void): void {
  const command = program
    .command('map <URI>')
    .description('Show which ranges are data, holes and zeroes, or another map of an export')
    .option('--context <NAME>', 'the meta context to show', 'base:allocation')
    .option('--totals', 'only sums: how much there is of each kind');
  withTls(withJson(command))
    .addHelpText('after', URI_HELP)
    .action((uri: string, words: TlsWords & OptionValues) => {
      ask({
        kind: 'map',
        uri,
        context: String(words['context']),
        totals: isOn(words, 'totals'),
        json: isOn(words, 'json'),
        access: accessTo([uri], words),
      });
    });
}

function describeDump(program: Command, ask: (invocation: Invocation) => void): void {
  const command = program
    .command('dump <URI>')
    .description('Print bytes in hexadecimal and as text')
    .option('--offset <BYTES>', 'where to begin (default: 0)', bytes)
    .option('--length <BYTES>', 'how much to print (default: to the end)', bytes);
  withTls(command)
    .addHelpText('after', DUMP_HELP)
    .action((uri: string, words: TlsWords & OptionValues) => {
      const length = words['length'] as number | undefined;
      const offset = (words['offset'] as number | undefined) ?? 0;
      ask({ kind: 'dump', uri, offset, length, access: accessTo([uri], words) });
    });
}

function describeCopy(program: Command, ask: (invocation: Invocation) => void): void {
  const command = program
    .command('copy <SRC> <DST>')
    .description('Copy an export, a file or a stream to another one')
    .optionsGroup('What is written:')
    .option('--allocated', 'take up the space of zeroes in the destination; no holes')
    .option('--destination-is-zero', 'the destination reads as zeroes: write none')
    .option(
      '--sparse <BYTES>',
      'from this many zeroes on, data becomes a hole; 0: never (default: 4K)',
      bytes,
    )
    .option('--no-flush', 'do not wait until the copy is on stable storage')
    .optionsGroup('How it is done:')
    .option('--connections <N>', 'to each server that allows several (default: 2)', count)
    .option('--requests <N>', 'in flight at a time, in all (default: 8)', count)
    .option('--request-size <BYTES>', 'of each read and write (default: 2M)', bytes)
    .optionsGroup('What it tells:')
    .option('--no-progress', 'no progress bar; there is none but at a terminal')
    .option('--json', 'print a summary as JSON');
  withTls(command)
    .addHelpText('after', COPY_HELP)
    .action((source: string, destination: string, words: TlsWords & OptionValues) => {
      ask({ kind: 'copy', source, destination, ...copyWords(source, destination, words) });
    });
}

function copyWords(
  source: string,
  destination: string,
  words: TlsWords & OptionValues,
): Omit<CopyRequest, 'kind' | 'source' | 'destination'> {
  const json = isOn(words, 'json');
  const requestSize = (words['requestSize'] as number | undefined) ?? 2 * 2 ** 20;
  const sparse = (words['sparse'] as number | undefined) ?? 4096;
  if (json && destination === '-') {
    throw new ProgramError('wrong-usage', '--json: standard output is the destination already');
  }
  if (requestSize < SPARSE_MINIMUM || requestSize > REQUEST_BYTES_MAX) {
    throw new ProgramError('wrong-usage', '--request-size: expected 512 to 32M');
  }
  if (sparse !== 0 && (sparse < SPARSE_MINIMUM || !Number.isInteger(Math.log2(sparse)))) {
    throw new ProgramError('wrong-usage', '--sparse: expected 0, or a power of two from 512');
  }
  return {
    allocated: isOn(words, 'allocated'),
    destinationIsZero: isOn(words, 'destinationIsZero'),
    sparse,
    flush: isOn(words, 'flush'),
    connections: (words['connections'] as number | undefined) ?? 2,
    requests: (words['requests'] as number | undefined) ?? 8,
    requestSize,
    progress: isOn(words, 'progress'),
    json,
    access: accessTo([source, destination].filter(isUri), words),
  };
}

function withJson(command: Command): Command {
  return command.option('--json', 'print JSON, for programs');
}

function withTls(command: Command): Command {
  return command
    .optionsGroup('TLS, for nbds URIs:')
    .option(
      '--tls-certificates <DIR>',
      'with ca-cert.pem, and client-cert.pem and client-key.pem if they are asked for',
    )
    .option('--tls-psk-file <FILE>', 'of pre-shared keys, lines of IDENTITY:KEY')
    .option('--tls-hostname <NAME>', 'whom the certificate must be for, if not the host')
    .option('--insecure', 'trust any certificate: anybody can pose as the server')
    .optionsGroup('Options:')
    .helpOption('-h, --help', 'show this');
}

/** What could have stood where no command does: of the program, or of the one that has commands itself. */
function whichCommand(program: Command, [first]: readonly string[]): string {
  const inner = program.commands.find((command) => command.name() === first);
  const names = (inner ?? program).commands.map((command) => command.name());
  const of = inner === undefined ? '' : ` of ${inner.name()}`;
  return `expected a command${of}: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}; try --help`;
}

/** A message of commander as one line in our style. */
function tidy({ message }: CommanderError): string {
  const line = message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .replace(' is invalid. ', ' is invalid: ');
  return `${line}; try --help`;
}
