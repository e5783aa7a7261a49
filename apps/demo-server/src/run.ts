/**
 * The program from its arguments to its exit code.
 */
import { readFileSync } from 'node:fs';
import { PROGRAM, parseArgs } from './settings/args.ts';
import { readConfig } from './settings/config.ts';
import { makePlan, type Plan } from './settings/plan.ts';
import { ProgramError } from './program-error.ts';
import { serveUntilStopped } from './serving/serve-until-stopped.ts';
import { parseSettings, type Settings } from './settings/settings.ts';
import { outliveReaders } from './output/standard-streams.ts';

/** Runs until a signal ends it, or something fails, which it says in one line. Answers the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  outliveReaders();
  const unfinished: Promise<void>[] = [];
  try {
    const version = packageVersion();
    const invocation = parseArgs(args, version);
    if (invocation.kind === 'print') {
      process.stdout.write(invocation.text);
      return 0;
    }
    const { settings, config } = invocation;
    const read = (): Plan =>
      makePlan([
        settings,
        environmentSettings(),
        ...(config === undefined ? [] : [readConfig(config)]),
      ]);
    await serveUntilStopped({
      version,
      plan: read(),
      readAgain: config === undefined ? undefined : read,
      hurry(signal) {
        complain(`a second signal, ${signal}: not waiting any longer`);
        process.exit(1);
      },
      beforeExit: (work) => void unfinished.push(work),
    });
    return 0;
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    complain(error.line);
    return error.exitCode;
  } finally {
    await Promise.all(unfinished);
  }
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
