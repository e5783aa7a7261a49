/** How a server of several workers starts, and does not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import type { WorkerServer } from '../../src/index.ts';
import { recordingLog, temporaryFolder } from '../serving.ts';
import { enter } from '../socket-client.ts';
import { State } from './exports.ts';
import { servingWorkers, startWorkers, testData, workerOf } from './serving-workers.ts';

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

test.each([0, 1])(
  'a start that hangs in worker %i can be given up: all close what they have, and nothing is left',
  async (hangsIn) => {
    const data = { ...testData(), hangsIn };
    const state = new Int32Array(data.state);
    const path = join(temporaryFolder(), 'nbd.sock');
    const unwanted = new AbortController();
    const options = { listen: `nbd+unix:///?socket=${path}`, signal: unwanted.signal };
    const starting = startWorkers({ data, ...options });
    const reason = new Error('nobody wants it');
    const refused = starting.catch((error: unknown) => error);
    while (Atomics.load(state, State.HELD) === 0) await new Promise(setImmediate);
    unwanted.abort(reason);
    expect(await refused).toBe(reason);
    expect(Atomics.load(state, State.CLOSED)).toBe(hangsIn + 1);
    expect(existsSync(path)).toBe(false);
    await expect(startWorkers(options)).rejects.toBe(reason);
  },
);

test('when one worker fails, one that hangs is not waited for until it is open', async () => {
  const data = { ...testData({ kind: 'open', worker: 2 }), hangsIn: 1 };
  await expect(startWorkers({ data, workers: 3 })).rejects.toThrow('the disk is at home');
  expect(Atomics.load(new Int32Array(data.state), State.CLOSED)).toBe(2);
});

test('when a worker dies before the last has started, nothing is left, and its death is told', async () => {
  const data = testData({ kind: 'die', worker: 0 });
  const { log, lines } = recordingLog();
  // The second worker starts when the main thread knows of the death of the first.
  const watch = (worker: Worker) => {
    worker.once('exit', () => Atomics.store(new Int32Array(data.state), State.GATE, 1));
  };
  process.on('worker', watch);
  onTestFinished(() => void process.off('worker', watch));
  await expect(startWorkers({ data, log })).rejects.toThrow(
    'worker 1 of 2 has died: nobody catches this',
  );
  expect(lines.filter(({ level }) => level !== 'debug')).toEqual([]);
});

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
