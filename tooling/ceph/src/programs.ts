/** The programs of this repository as they are built, and how they learn of the gateway. */
import { fileURLToPath } from 'node:url';
import { type End, startDemoServer } from '@nbd-tooling/server-process';
import type { GatewayAccess } from './gateway-access.ts';
import { runProgram } from './run-program.ts';

const NBD = fileURLToPath(new URL('../../../apps/nbd/dist/main.js', import.meta.url));

/** What another host has is watched for its lease first, which may be renewed, and the store may be busy. */
const READY_MILLIS_MAX = 120_000;

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
  /** Ends it in good order, or as a crash would. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<End>;
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
  const specs = Object.entries(exports).map(([name, spec]) => `--export=${name}=${spec}`);
  const { process: server, port } = await startDemoServer({
    args: specs,
    environment: s3Environment(access),
    readyMillisMax: READY_MILLIS_MAX,
  });
  return {
    uri: (name) => `nbd://127.0.0.1:${port}/${name}`,
    log: () => server.log,
    end: (signal) => server.end(signal),
    freeze(signal) {
      server.signal(signal);
    },
  };
}
