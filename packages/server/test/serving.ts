/** Servers that last as long as a test, and what is watched of them. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDriver } from '@nbd/driver-memory';
import { onTestFinished } from 'vitest';
import { type Log, type LogLevel, type ServeOptions, type Server, serve } from '../src/index.ts';
import { servedByWay, wayOf } from './way.ts';

/** For tests that are about this transport, and not about the way of the run. */
export const TCP = 'nbd://127.0.0.1:0';

/** Both ways to read from sockets, to run a suite over. */
export const READS: readonly ('shared' | 'own')[] = ['shared', 'own'];

/** Serves, by default 1 MiB of memory on a free port of 127.0.0.1 (or by the way of this run), until the test is over. */
export async function serving(options: ServeOptions = {}): Promise<Server> {
  const way = options.listen === undefined && options.tls === undefined;
  const server = await serve({
    ...(way ? wayOf(() => join(temporaryFolder(), 'nbd.sock')) : { listen: TCP }),
    ...(options.source === undefined && { exports: { disk: memoryDriver({ size: 1024 * 1024 }) } }),
    ...options,
  });
  if (way) servedByWay(server);
  onTestFinished(async () => {
    await server.close({ timeout: 0 });
  });
  return server;
}

/** Resolves when `total` connections have come in all, and every one of them is over. */
export async function allGone(server: Server, total: number): Promise<void> {
  for (;;) {
    const { connections } = server.counters;
    if (connections.total === total && connections.open === 0) return;
    await once(server, 'disconnect');
  }
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nbd-server-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly fields: object;
  readonly message: string;
}

/** A log that keeps its lines. */
export function recordingLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLevel) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields, message });
    };
  return {
    lines,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
  };
}
