/**
 * The program from its arguments to its exit code.
 */
import { readFileSync } from 'node:fs';
import { type Invocation, parseArgs, PROGRAM } from './args.ts';
import { copyCommand } from './copy/copy-command.ts';
import { dumpCommand } from './dump-command.ts';
import { infoCommand } from './info-command.ts';
import { listCommand } from './list-command.ts';
import { mapCommand } from './map-command.ts';
import { ProgramError } from './program-error.ts';
import { outliveReaders, type StandardStreams, TextOutput } from './standard-streams.ts';
import { StopSignals } from './stop-signals.ts';

/** Runs until it is done, or something fails, which it says in one line. Answers the exit code. */
export async function run(
  args: readonly string[],
  streams: StandardStreams = process,
): Promise<number> {
  outliveReaders(streams);
  const signals = new StopSignals();
  try {
    const invocation = parseArgs(args, packageVersion());
    // What a signal interrupts may never end, such as a server that does not answer.
    await signals.orStop(perform(invocation, streams, signals.signal));
    return 0;
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.code !== 'unread') streams.stderr.write(`${PROGRAM}: ${error.line}\n`);
    return error.exitCode;
  } finally {
    signals.release();
  }
}

async function perform(
  invocation: Invocation,
  streams: StandardStreams,
  signal: AbortSignal,
): Promise<void> {
  const output = new TextOutput(streams.stdout);
  switch (invocation.kind) {
    case 'print':
      await output.write(invocation.text);
      break;
    case 'info':
      await infoCommand(invocation, output);
      break;
    case 'list':
      await listCommand(invocation, output);
      break;
    case 'map':
      await mapCommand(invocation, output);
      break;
    case 'dump':
      await dumpCommand(invocation, output);
      break;
    case 'copy':
      await copyCommand(invocation, streams, signal);
      break;
    case 'volume': {
      const { volumeCommand } = await import('./volume/volume-command.ts');
      await volumeCommand(invocation, streams, output);
      break;
    }
  }
  await output.flush();
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
