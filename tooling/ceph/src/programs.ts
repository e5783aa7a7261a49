/** The programs of this repository as they are built, and how they learn of the gateway. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GatewayAccess } from './gateway-access.ts';
import { runProgram } from './run-program.ts';

const DEMO_SERVER = app('demo-server');
const NBD = app('nbd');

/** The environment that all programs for S3 understand. */
export function s3Environment({
  endpoints,
  region,
  credentials,
}: GatewayAccess): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: endpoints.join(','),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

/** Runs `nbd`. Answers what it printed, rejects with what it complained of. */
export function runNbd(access: GatewayAccess, ...args: readonly string[]): Promise<string> {
  return runProgram(process.execPath, [NBD, ...args], s3Environment(access));
}

export interface VolumeServer {
  /** Of an export, by its name. */
  uri(name: string): string;
  /** What it has logged. */
  log(): string;
  /** Ends it in good order, or as a crash would. Answers its exit code, or null after a crash. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** Stops it without a word, as a machine that hangs, or lets it go on. */
  freeze(signal: 'SIGCONT' | 'SIGSTOP'): void;
}

/**
 * Starts the demo server on a port of its own; `exports` are SPECs by name. Rejects with what it complained of when it
 * does not listen.
 */
export async function startVolumeServer(
  access: GatewayAccess,
  exports: Readonly<Record<string, string>>,
): Promise<VolumeServer> {
  const specs = Object.entries(exports).flatMap(([name, spec]) => ['--export', `${name}=${spec}`]);
  const child = spawn(process.execPath, [DEMO_SERVER, '--listen', 'nbd://127.0.0.1:0', ...specs], {
    env: { ...process.env, ...s3Environment(access) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const line = await firstLine(child);
  const origin = /nbd:\/\/[^/]+/.exec(line ?? '')?.[0];
  if (origin === undefined) {
    await ended;
    throw new Error(log.trim());
  }
  return {
    uri: (name) => `${origin}/${name}`,
    log: () => log,
    async end(signal) {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
    freeze(signal) {
      child.kill(signal);
    },
  };
}

async function firstLine({ stdout }: ChildProcess): Promise<string | undefined> {
  if (stdout === null) return undefined;
  for await (const line of createInterface({ input: stdout })) {
    stdout.resume();
    return line;
  }
  return undefined;
}

function app(name: string): string {
  return fileURLToPath(new URL(`../../../apps/${name}/dist/main.js`, import.meta.url));
}
