/** What the scenarios share: a guest, a server for each, and how the one finds the other. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '@nbd/client';
import { SERVER_NAME } from './certificates.ts';
import { CERTIFICATES } from './guest-image.ts';
import { HOST_OF_GUEST, type Machine } from './machine.ts';
import { LoggingServer } from './logging-server.ts';
import type { StepLog } from './step-log.ts';
import { type Forward, forwardToUnix } from './unix-forward.ts';

export type Transport = 'tcp' | 'unix';

export interface RunSettings {
  readonly machine: Machine;
  readonly log: StepLog;
  /** The folder of certificates on this machine. */
  readonly certificates: string;
  /** Takes each command of the guest and its output. */
  readonly transcribe: (line: string) => void;
  readonly scenario: string;
  readonly tls: boolean;
}

/** Bytes of the disk of a scenario. */
export const DISK_BYTES: number = 16 * 2 ** 20;
/** Names of the exports: one that can be written, and the same one that cannot. */
export const EXPORT = 'disk';
export const FIXED_EXPORT = 'fixed';

/** Of nbd-client, in the guest. */
const TLS_OPTIONS = [
  `-certfile ${CERTIFICATES}/client-cert.pem`,
  `-keyfile ${CERTIFICATES}/client-key.pem`,
  `-cacertfile ${CERTIFICATES}/ca-cert.pem`,
  `-tlshostname ${SERVER_NAME}`,
];

const LOG_SECONDS_MAX = 60;
const POLL_MILLIS = 20;

/** One scenario under way. `end` it. */
export class GuestRun {
  readonly #settings: RunSettings;
  readonly #folder: string;
  readonly #forward: Forward;
  #server: LoggingServer;

  private constructor(
    settings: RunSettings,
    folder: string,
    forward: Forward,
    server: LoggingServer,
  ) {
    this.#settings = settings;
    this.#folder = folder;
    this.#forward = forward;
    this.#server = server;
  }

  /** Starts a server of a new empty file, as the first step. */
  static async begin(settings: RunSettings): Promise<GuestRun> {
    const folder = await mkdtemp(join(tmpdir(), 'nbd-guest-run-'));
    const disk = await open(join(folder, 'disk.img'), 'w');
    await disk.truncate(DISK_BYTES);
    await disk.close();
    const socket = join(folder, 'nbd.sock');
    const start = (): Promise<LoggingServer> =>
      LoggingServer.start(socket, serverArguments(folder, settings));
    const { log, scenario, tls } = settings;
    const server = await log.step(scenario, 'serve', start, () => (tls ? 'TLS required' : ''));
    return new GuestRun(settings, folder, await forwardToUnix(socket), server);
  }

  get server(): LoggingServer {
    return this.#server;
  }

  /** Makes a step of this scenario. */
  async step(name: string, work: () => Promise<string>): Promise<void> {
    const { log, scenario } = this.#settings;
    await log.step(scenario, name, work, (seen) => seen);
  }

  /** Host and port of the server as the guest has it. */
  address(transport: Transport): string {
    const port = transport === 'tcp' ? this.#server.port : this.#forward.port;
    return `${HOST_OF_GUEST} ${port}`;
  }

  /** Options of nbd-client for the certificates of this run; none where there is no TLS. */
  tlsOptions(): string {
    return this.#settings.tls ? ` ${TLS_OPTIONS.join(' ')}` : '';
  }

  /** Runs a command in the guest, whatever it comes to: its output, with its exit code. */
  async attempt(command: string): Promise<{ exitCode: number; output: string }> {
    const { machine, transcribe, scenario } = this.#settings;
    transcribe(`${scenario} $ ${command}`);
    const result = await machine.run(command);
    if (result.output !== '') transcribe(result.output.replace(/^/gm, '    '));
    transcribe(`    exit code ${result.exitCode}`);
    return result;
  }

  /**
   * Runs a command that must succeed, and answers its output.
   *
   * @throws Error with the output, if it does not
   */
  async guest(command: string): Promise<string> {
    const { exitCode, output } = await this.attempt(command);
    if (exitCode === 0) return output;
    throw new Error(`${command}: exit code ${exitCode}\n${output}`);
  }

  /** Waits for what the server logs a moment later. */
  async untilServer(what: string, holds: (server: LoggingServer) => boolean): Promise<void> {
    const deadline = Date.now() + LOG_SECONDS_MAX * 1000;
    while (!holds(this.#server)) {
      if (Date.now() > deadline) throw new Error(`the server does not say that ${what}`);
      await sleep(POLL_MILLIS);
    }
  }

  /** A client of our own of the same export, over the same server. */
  async client(): Promise<Client> {
    const { tls, certificates } = this.#settings;
    const scheme = tls ? 'nbds' : 'nbd';
    const uri = `${scheme}://127.0.0.1:${this.#server.port}/${EXPORT}`;
    return await connect(uri, tls ? { credentials: { certificates, hostname: SERVER_NAME } } : {});
  }

  /** kill -9. What is behind the forward is gone, and comes back with `restartServer`. */
  async killServer(): Promise<void> {
    await this.#server.kill();
  }

  /** Starts the server again, on the same file and the same socket. */
  async restartServer(): Promise<void> {
    const args = serverArguments(this.#folder, this.#settings);
    this.#server = await LoggingServer.start(join(this.#folder, 'nbd.sock'), args);
  }

  async end(): Promise<void> {
    this.#forward.close();
    await this.#server.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function serverArguments(folder: string, { tls, certificates }: RunSettings): readonly string[] {
  const file = `file:${join(folder, 'disk.img')}`;
  const exports = [
    '--export',
    `${EXPORT}=${file}`,
    '--export',
    `${FIXED_EXPORT}=${file} | readonly`,
  ];
  const secured = ['--tls-certificates', certificates, '--tls', 'require', '--tls-verify-peer'];
  return tls ? [...exports, ...secured] : exports;
}
