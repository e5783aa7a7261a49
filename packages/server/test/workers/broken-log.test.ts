import { once } from 'node:events';
import { expect, test } from 'vitest';
import { enter } from '../socket-client.ts';
import { connectionsOpen, startWorkers, workerOf } from './serving-workers.ts';

function tell(): void {
  throw new Error('the log is full');
}

test('a log that throws costs no client of a worker its answers, and the process is warned', async () => {
  const warned = once(process, 'warning');
  const server = await startWorkers({
    log: { debug: tell, info: tell, warn: tell, error: tell },
  });
  const client = await enter(server, 'disk');
  expect(await workerOf(client)).toBeDefined();
  expect(await warned).toMatchObject([{ message: 'the log is full' }]);
  client.leaves();
  await connectionsOpen(server, 0);
});
