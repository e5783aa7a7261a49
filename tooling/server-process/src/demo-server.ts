/** The demo server of this repository, as it is built. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type RunOptions, ServerProcess } from './server-process.ts';

/** The program, for Node. */
export const DEMO_SERVER: string = fileURLToPath(
  new URL('../../../apps/demo-server/dist/main.js', import.meta.url),
);

export interface DemoServerOptions extends RunOptions {
  /** All but `--listen`. */
  readonly args: readonly string[];
  /** The path of a Unix socket, to listen there too. */
  readonly socket?: string;
  /** A command, with its arguments, to run it under. */
  readonly under?: readonly string[];
}

export interface DemoServer {
  readonly process: ServerProcess;
  /** Of 127.0.0.1. */
  readonly port: number;
}

const LISTENING = /^listening .*\n/gm;
const PORT = /^listening nbds?:\/\/127\.0\.0\.1:(?<port>\d+)/m;

/**
 * Starts it on a port of 127.0.0.1 that is free; resolves when it says where it listens.
 *
 * @throws Error if it is not built, and as `ServerProcess.start`
 */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const { args, socket, under = [] } = options;
  if (!existsSync(DEMO_SERVER)) {
    throw new Error(`expected the built server at ${DEMO_SERVER}, found none: run the build first`);
  }
  const addresses = ['nbd://127.0.0.1:0'];
  if (socket !== undefined) addresses.push(`nbd+unix:///?socket=${socket}`);
  const listen = addresses.map((uri) => `--listen=${uri}`);
  const [program = '', ...words] = [...under, process.execPath, DEMO_SERVER, ...listen, ...args];
  const isReady = saysListening(addresses.length);
  const server = await ServerProcess.start([program, ...words], isReady, options);
  return { process: server, port: Number(PORT.exec(server.printed)?.groups?.['port']) };
}

/**
 * Whether it has said that it listens at so many addresses: only then is it ready. Its first thread takes connections
 * while others have yet to open their disks.
 */
export function saysListening(addresses: number): (server: ServerProcess) => boolean {
  return ({ printed }) => (printed.match(LISTENING)?.length ?? 0) >= addresses;
}
