import { expect, test } from 'vitest';
import { countsIn, volumeMemory, volumeMetrics } from './volume-counts.ts';
import { volumeMeter } from './volume-meter.ts';
import { volumeStatuses } from './volume-status.ts';

const NOW = Date.UTC(2026, 0, 1);

test('requests of all kinds are one sum, and so are commits of all latencies', () => {
  const memory = volumeMemory(1);
  const meter = volumeMeter(countsIn(memory, 0), () => NOW);
  for (const kind of ['get', 'put', 'swap', 'delete', 'list'] as const) {
    meter.request(kind, 1, 1, 'done');
  }
  meter.request('put', 0, 1, 'failed');
  meter.commit(100);
  meter.commit(100_000);
  meter.commitFailed(new Error('no answer'));
  meter.dirty(4096);
  meter.cache('hit');
  meter.cache('hit');
  meter.cache('miss');
  const metrics = volumeMetrics(memory, NOW);
  expect(volumeStatuses(new Map([['__proto__', metrics]]))).toEqual(
    Object.fromEntries([
      [
        '__proto__',
        {
          dirtyBytes: 4096,
          requests: 6,
          failures: 1,
          commits: 2,
          commitSeconds: 100.1,
          commitFailures: 1,
          cacheHits: 2,
          cacheMisses: 1,
          cost: metrics.cost,
        },
      ],
    ]),
  );
  expect(metrics.cost).toBeGreaterThan(0);
});
