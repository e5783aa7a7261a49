/** How a server of several workers starts, and does not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WorkerServer } from '../../src/index.ts';
import { recordingLog, temporaryFolder } from '../serving.ts';
import { enter } from '../socket-client.ts';
import { servingWorkers, startWorkers, workerOf } from './serving-workers.ts';

test('where sockets have no descriptors there is one worker, and a line in the log', async () => {
  const { log, lines } = recordingLog();
  const server = await startWorkers({
    module: new URL('exports-without-descriptors.ts', import.meta.url),
    log,
  });
  expect(server.workers).toBe(1);
  expect(await workerOf(await enter(server))).toBe(0);
  const message = 'listening sockets cannot be shared between threads here: there is one worker';
  expect(lines).toContainEqual({ level: 'warn', fields: {}, message });
});

test.each([0, 1])(
  'when worker %d cannot open its exports, nothing is left, and its error is told once',
  async (worker) => {
    const path = join(temporaryFolder(), 'nbd.sock');
    const { log, lines } = recordingLog();
    const starting = servingWorkers(
      { listen: `nbd+unix:///?socket=${path}`, log },
      { kind: 'open', worker },
    );
    await expect(starting).rejects.toMatchObject({
      name: 'DriverError',
      code: 'EIO',
      message: 'the disk is at home',
    });
    expect(existsSync(path)).toBe(false);
    expect(lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  },
);

/** A module that exports this. */
function moduleOf(definition: string): string {
  return `data:text/javascript,export const ${encodeURIComponent(definition)}`;
}

test.each<[what: string, start: () => Promise<WorkerServer>, message: RegExp, type: typeof Error]>([
  [
    'no worker',
    () => startWorkers({ workers: 0 }),
    /^workers must be a whole number from 1 to 128, not 0$/,
    RangeError,
  ],
  [
    'a module without openExports',
    () => startWorkers({ module: new URL('../client-bytes.ts', import.meta.url) }),
    /client-bytes\.ts: expected a function openExports among its exports, found none$/,
    TypeError,
  ],
  [
    'a function openExports that answers nothing',
    () => startWorkers({ module: moduleOf('openExports = () => undefined') }),
    /^openExports: expected an object with the method open, found none$/,
    TypeError,
  ],
  [
    'a wrong option',
    () => startWorkers({ maxConnections: 0 }),
    /^maxConnections must be a whole number of at least 1, not 0$/,
    RangeError,
  ],
])('%s is refused', async (_, start, message, type) => {
  const refused = await start().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(type);
  expect((refused as Error).message).toMatch(message);
});
