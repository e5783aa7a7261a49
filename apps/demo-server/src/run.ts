/**
 * The program from its arguments to its exit code.
 */
import { readFileSync } from 'node:fs';
import { type ExportDefinition, type ExportTable, exportTable } from '@nbd/driver';
import { type Address, type Server, serve } from '@nbd/server';
import type { Logger } from 'pino';
import { PROGRAM, parseArgs } from './args.ts';
import { readConfig } from './config.ts';
import { hints } from './hints.ts';
import { openLog } from './log.ts';
import { openDisk, type OpenDiskOptions } from './open-disk.ts';
import { makePlan, type Plan } from './plan.ts';
import { failure, ProgramError } from './program-error.ts';
import { parseSettings, type Settings } from './settings.ts';
import type { Spec } from './spec.ts';
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
  const disks = await openDisks(plan, log);
  const server = await listen(plan, disks, log);
  reloader.serveWith(server);
  let cut = 0;
  try {
    for (const uri of server.uris) await announce(`listening ${uri}`);
    log.info({ exports: [...plan.exports.keys()] }, 'ready');
    giveHints(plan, server, log);
    const signal = await stopped;
    log.info({ signal, connections: server.counters.connections.open }, 'stopping');
  } finally {
    ({ cut } = await server.close());
    await closeDisks(disks);
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

async function openDisks(plan: Plan, log: Logger): Promise<ExportTable> {
  const disks = tableOf(plan, log);
  try {
    await disks.openAll();
    return disks;
  } catch (error) {
    // What those that did open say at their end is no news beside it.
    await Promise.allSettled([disks.close()]);
    throw failure('cannot-start', error);
  }
}

function tableOf({ exports, readOnly }: Plan, log: Logger): ExportTable {
  const options = { readOnly, notice: (text: string) => log.debug(text) };
  try {
    return exportTable(
      Array.from(exports, ([name, spec]) => [name, definitionOf(spec, options)] as const),
    );
  } catch (error) {
    // Names that no client could be told.
    throw failure('wrong-usage', error);
  }
}

function definitionOf(spec: Spec, options: OpenDiskOptions): ExportDefinition {
  const { tls } = spec;
  return { driver: () => openDisk(spec, options), ...(tls !== undefined && { tls }) };
}

async function listen(plan: Plan, disks: ExportTable, log: Logger): Promise<Server> {
  try {
    return await serve({
      listen: plan.listen,
      source: disks,
      exportName: plan.defaultExport,
      ...(plan.tls !== undefined && { tls: plan.tls }),
      maxConnections: plan.maxConnections,
      handshakeTimeout: millis(plan.handshakeTimeout),
      shutdownTimeout: millis(plan.shutdownTimeout),
      log,
    });
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

/** The server has closed them and logged a failure; here it becomes the exit code. */
async function closeDisks(disks: ExportTable): Promise<void> {
  try {
    await disks.close();
  } catch (error) {
    throw failure('unclean-stop', error, 'a disk did not close');
  }
}

/** Whoever wants only warnings, or JSON, is no person at a terminal. */
function giveHints(plan: Plan, { addresses }: Server, log: Logger): void {
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

/** Rounded up: 0 has a meaning of its own. */
function millis(seconds: number): number {
  return Math.ceil(seconds * 1000);
}
