/**
 * The command line: from words to settings, and the help about them.
 */
import { Command, CommanderError } from 'commander';
import { limitLines } from './limits.ts';
import { ProgramError } from '../program-error.ts';
import { LOG_FORMATS, LOG_LEVELS, parseSettings, type Settings, TLS_MODES } from './settings.ts';

/** The name of the program, which begins each of its messages. */
export const PROGRAM = 'nbd-demo-server';

/** What the person asks for. */
export type Invocation =
  | {
      readonly kind: 'serve';
      readonly settings: Settings;
      /** The path of a configuration file. */
      readonly config: string | undefined;
    }
  /** The help, or the version. */
  | { readonly kind: 'print'; readonly text: string };

/**
 * Reads a command line, without the names of Node and of the program. `version` is what `--version` shows.
 *
 * @throws ProgramError "wrong-usage"
 */
export function parseArgs(args: readonly string[], version: string): Invocation {
  const command = describeCommand(version);
  let printed = '';
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: () => undefined,
    getOutHelpWidth: () => HELP_COLUMNS,
  });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    throw new ProgramError('wrong-usage', tidy(error.message), { cause: error });
  }
  const { config, ...options } = command.opts<Options>();
  return { kind: 'serve', settings: settingsOf(options, command.args), config };
}

const HELP_COLUMNS = 100;

/** As commander leaves them: words, not yet checked. */
interface Options {
  readonly listen?: readonly string[];
  readonly socketMode?: string;
  readonly export?: readonly string[];
  readonly config?: string;
  readonly readOnly?: true;
  readonly tls?: string;
  readonly tlsCertificates?: string;
  readonly tlsVerifyPeer?: true;
  readonly tlsPsk?: string;
  readonly metrics?: string;
  readonly maxConnections?: string;
  readonly limit?: readonly string[];
  readonly workers?: string;
  readonly handshakeTimeout?: string;
  readonly shutdownTimeout?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

const EXAMPLES = `
What an export is made of:
  SPEC is a driver, and filters behind it, each after " | ":
    file:disk.img       a file or a block device that is there already
    dir:/images         each regular file in a folder, named NAME/FILE, or FILE if NAME is empty
    memory:64M          a disk in memory, empty at the start, gone at the end
    null:1T             reads as zeroes, forgets what is written
    pattern:1G          each 8 bytes tell their own offset; cannot be written
    s3://bucket/volume  a volume of "nbd volume create"; .../volume@snapshot cannot be written
    s3://bucket/volume?cacheFolder=/var/cache/nbd&cacheFolderBytes=10G
                        the same, and what was read is kept in that folder of this machine, too
    ... | readonly      the same, protected from changes
    ... | delay:read=5ms,write=10ms              the same, slower
    ... | fault:write,nth=3,error=ENOSPC         the same, with a fault: faults.md has them all
  A size is in bytes, or has one of K M G T P E behind it: powers of 1024.

What --limit sets, with defaults; bytes may be sizes, 0 seconds and 0 connections are no limit
(SECURITY.md says what each is for, and what happens beyond it):
${limitLines()
  .map((line) => `    ${line}`)
  .join('\n')}

Examples:
  ${PROGRAM}                                       64 MiB of memory named "demo"
  ${PROGRAM} disk.img other.raw                    two files, disk.img is the default
  ${PROGRAM} --export 'iso=file:a.iso | readonly'  a file under another name, protected
  ${PROGRAM} --export '=dir:/images | readonly'    all files of a folder, under their own names
  ${PROGRAM} --listen 'nbd+unix:///?socket=/tmp/nbd.sock' --export =memory:1G
  ${PROGRAM} --listen nbds://0.0.0.0:10809 --tls-certificates pki --tls-verify-peer disk.img

When clients can connect, standard output says "listening URI", once for each address.
The log goes to standard error. SIGINT and SIGTERM end the program in good order, a second one at
once. SIGHUP reads the exports of --config, certificates and keys anew; without any of these it is a
SIGTERM.
Exit codes: 0 ended in good order, 1 could not start or had to cut clients off, 2 wrong usage.`;

function describeCommand(version: string): Command {
  return new Command(PROGRAM)
    .usage('[options] [FILE...]')
    .description('Serves files, memory and made-up disks to NBD clients.')
    .argument('[FILE...]', 'files and block devices to serve, named by the last part of their path')
    .optionsGroup('What to serve:')
    .option(
      '--export <NAME=SPEC>',
      'one more export, repeatable; an empty NAME is the default export only',
      gather,
    )
    .option('--read-only', 'let nobody change anything')
    .option('--config <FILE>', 'the same settings as JSON; the command line outdoes it')
    .optionsGroup('Where, and for whom:')
    .option(
      '--listen <URI>',
      'an address, repeatable: nbd://HOST:PORT, port 0 for any free one, or nbd+unix:///?socket=PATH; nbds in place of nbd requires TLS (default: nbd://127.0.0.1:10809)',
      gather,
    )
    .option('--socket-mode <MODE>', 'of the files of Unix sockets, in octal (default: 660)')
    .option(
      '--tls-certificates <DIR>',
      'a folder with server-cert.pem, server-key.pem, ca-cert.pem and ca-crl.pem',
    )
    .option('--tls-verify-peer', 'clients need a certificate of ca-cert.pem')
    .option('--tls-psk <FILE>', 'in place of certificates, lines of NAME:HEXADECIMAL KEY')
    .option(
      '--tls <MODE>',
      `of addresses with nbd: ${TLS_MODES.join(', ')} (default: require, given one of the above)`,
    )
    .option('--max-connections <N>', 'more are turned away (default: 100)')
    .option(
      '--workers <N>',
      'threads that share the work (default: one for each processor, up to 4, if there are more than 2; else 1)',
    )
    .option(
      '--handshake-timeout <SECONDS>',
      'until a client must have chosen an export; 0 is for ever (default: 10)',
    )
    .option(
      '--shutdown-timeout <SECONDS>',
      'for requests in flight at the end, and again for disks to close (default: 60)',
    )
    .option('--limit <NAME=VALUE>', 'a limit of those below; repeatable', gather)
    .optionsGroup('What it tells:')
    .option(
      '--metrics <HOST:PORT>',
      'metrics, health and a live page over HTTP; without HOST, for this machine alone',
    )
    .option(
      '--log-level <LEVEL>',
      `${LOG_LEVELS.join(', ')} (default: NBD_LOG_LEVEL of the environment, or else info)`,
    )
    .option('--log-format <FORMAT>', `${LOG_FORMATS.join(', ')} (default: text)`)
    .helpOption('-h, --help', 'show this')
    .version(version, '-V, --version', 'show the version')
    .addHelpText('after', EXAMPLES);
}

function gather(word: string, words: readonly string[] = []): readonly string[] {
  return [...words, word];
}

function settingsOf(options: Omit<Options, 'config'>, files: readonly string[]): Settings {
  const {
    export: exports,
    maxConnections,
    limit: limits,
    workers,
    handshakeTimeout,
    shutdownTimeout,
    ...rest
  } = options;
  const input = {
    ...rest,
    ...(files.length > 0 && { files }),
    ...(exports !== undefined && {
      exports: pairsOf('--export', 'SPEC, such as disk=file:disk.img', exports),
    }),
    ...(limits !== undefined && {
      limits: pairsOf('--limit', 'VALUE, such as payloadBytesMax=1M', limits),
    }),
    ...(maxConnections !== undefined && { maxConnections: numberIn(maxConnections) }),
    ...(workers !== undefined && { workers: numberIn(workers) }),
    ...(handshakeTimeout !== undefined && { handshakeTimeout: numberIn(handshakeTimeout) }),
    ...(shutdownTimeout !== undefined && { shutdownTimeout: numberIn(shutdownTimeout) }),
  };
  return parseSettings(input, ([setting, name]) =>
    setting === 'limits' ? `--limit ${String(name)}` : optionOf(setting),
  );
}

/** The words of an option, each NAME=`value`. */
function pairsOf(
  option: string,
  value: string,
  words: readonly string[],
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals === -1) {
      throw new ProgramError(
        'wrong-usage',
        `${option}: expected NAME=${value}, found ${JSON.stringify(word)}`,
      );
    }
    const name = word.slice(0, equals);
    if (pairs.has(name)) {
      throw new ProgramError('wrong-usage', `${option}: ${JSON.stringify(name)} is there twice`);
    }
    pairs.set(name, word.slice(equals + 1));
  }
  return pairs;
}

/** The number that `word` spells, or else the word, for the message of who checks it. */
function numberIn(word: string): number | string {
  return /^\d+(?:\.\d+)?$/.test(word) ? Number(word) : word;
}

function optionOf(setting: string | number | undefined): string {
  if (setting === 'exports') return '--export';
  if (setting === 'files') return 'FILE';
  return `--${String(setting).replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/** A message of commander as one line in our style. */
function tidy(message: string): string {
  const line = message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
  return `${line}; try --help`;
}
