/**
 * The program from its arguments to its exit code.
 */
import { readFileSync } from 'node:fs';
import type { Address } from '@nbd/server';
import type { Logger } from 'pino';
import { PROGRAM, parseArgs } from './args.ts';
import { readConfig } from './config.ts';
import { hints } from './hints.ts';
import { openLog } from './log.ts';
import { makePlan, type Plan } from './plan.ts';
import { ProgramError } from './program-error.ts';
import { serveHere } from './serve-here.ts';
import type { Serving } from './serving.ts';
import { parseSettings, type Settings } from './settings.ts';
import { announce, outliveReaders } from './standard-streams.ts';
import { firstStopSignal } from './stop-signals.ts';
import { TlsReloader } from './tls-reloader.ts';

/** Runs until a signal ends it, or something fails, which it says in one line. Answers the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  outliveReaders();
  try {
    const invocation = parseArgs(args, packageVersion());
    if (invocation.kind === 'print') {
      process.stdout.write(invocation.text);
      return 0;
    }
    const { settings, config } = invocation;
    await serveUntilStopped(
      makePlan([
        settings,
        environmentSettings(),
        ...(config === undefined ? [] : [readConfig(config)]),
      ]),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    complain(error.line);
    return error.exitCode;
  }
}

async function serveUntilStopped(plan: Plan): Promise<void> {
  const log = openLog(plan.logLevel, plan.logFormat);
  const reloader = new TlsReloader(log);
  const stopped = firstStopSignal({
    reload: plan.tls && reloader.reload,
    again(signal) {
      complain(`a second signal, ${signal}: not waiting any longer`);
      process.exit(1);
    },
  });
  const server = await (plan.workers > 1 ? inThreads(plan, log) : serveHere(plan, log));
  reloader.serveWith(server);
  let cut = 0;
  try {
    for (const uri of server.uris) await announce(`listening ${uri}`);
    log.info({ exports: [...plan.exports.keys()], workers: server.workers }, 'ready');
    giveHints(plan, server, log);
    const signal = await Promise.race([stopped, server.failed]);
    log.info({ signal, connections: await server.openConnections() }, 'stopping');
  } finally {
    cut = await server.close();
  }
  if (cut > 0) {
    const seconds = plan.shutdownTimeout;
    throw new ProgramError(
      'unclean-stop',
      `connections cut off after ${seconds} seconds of waiting: ${cut}`,
    );
  }
  log.info('stopped');
}

/** One thread has no use for what it takes to have several. */
async function inThreads(plan: Plan, log: Logger): Promise<Serving> {
  const { serveInThreads } = await import('./serve-in-threads.ts');
  return serveInThreads(plan, log);
}

/** Whoever wants only warnings, or JSON, is no person at a terminal. */
function giveHints(plan: Plan, { addresses }: Serving, log: Logger): void {
  const address = addressToTry(plan, addresses);
  if (plan.logFormat !== 'text' || !log.isLevelEnabled('info') || address === undefined) return;
  process.stderr.write(hints(address, plan.defaultExport, plan.tls));
}

/** The first, unless the default export is for clients under TLS only: then one that has TLS, and as one that requires it. */
function addressToTry(
  { exports, defaultExport }: Plan,
  addresses: readonly Address[],
): Address | undefined {
  const [first] = addresses;
  if (first === undefined || exports.get(defaultExport)?.tls === undefined) return first;
  return addresses.find(({ tls }) => tls) ?? { ...first, tls: true };
}

function environmentSettings(): Settings {
  const { NBD_LOG_LEVEL: logLevel = '' } = process.env;
  return parseSettings(logLevel === '' ? {} : { logLevel }, () => 'NBD_LOG_LEVEL');
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function complain(line: string): void {
  process.stderr.write(`${PROGRAM}: ${line}\n`);
}
