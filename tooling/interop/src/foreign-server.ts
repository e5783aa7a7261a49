/** Servers of other people as child processes, for our client to talk to. */
import { join } from 'node:path';
import { isListening, ServerProcess } from '@nbd-tooling/server-process';
import { onTestFinished } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';
import { locate, type Tool } from './tools.ts';

export interface ForeignServer {
  /** The file of the Unix socket that it listens on. */
  readonly socket: string;
  /** The NBD URI of an export; of the default one without a name. */
  uri(exportName?: string): string;
  /** Ends it; resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server on a Unix socket for the length of one test. `args` are made from the path of the
 * socket, which names where it must listen.
 *
 * @throws Error with what the server wrote, if it does not come up.
 */
export async function foreignServer(
  tool: Tool,
  args: (socket: string) => readonly string[],
): Promise<ForeignServer> {
  const socket = join(await scratchFolder(), 'nbd.sock');
  const server = await ServerProcess.start([locate(tool), ...args(socket)], () =>
    isListening({ path: socket }),
  );
  onTestFinished(async () => {
    await server.end('SIGKILL');
  });
  return {
    socket,
    uri: (exportName = '') => `nbd+unix:///${encodeURIComponent(exportName)}?socket=${socket}`,
    kill: async (signal = 'SIGKILL') => {
      await server.end(signal);
    },
  };
}

/** nbdkit with a memory disk, or what else `plugin` says. */
export function nbdkit(
  plugin: readonly string[],
  options: readonly string[] = [],
): Promise<ForeignServer> {
  return foreignServer('nbdkit', (socket) => ['-f', '-U', socket, ...options, ...plugin]);
}

/** qemu-nbd with an image, for several connections that may come and go. */
export function qemuNbd(image: string, options: readonly string[] = []): Promise<ForeignServer> {
  return foreignServer('qemu-nbd', (socket) => ['-t', '-e', '8', '-k', socket, ...options, image]);
}
