import { LATENCY_BOUNDS } from '@nbd/server';
import { expect, test } from 'vitest';
import { parseSpec } from '../settings/spec.ts';
import { countsIn, volumeMemory, volumeMetrics } from './volume-counts.ts';
import { VolumeMemories } from './volume-memories.ts';
import { volumeMeter } from './volume-meter.ts';

const NOW = Date.UTC(2026, 0, 1);

test('what threads have counted is one sum, and each has a row of its own', () => {
  const memory = volumeMemory(2);
  const meters = [0, 1].map((thread) => volumeMeter(countsIn(memory, thread), () => NOW));
  for (const [thread, meter] of meters.entries()) {
    meter.request('get', 100, 20, 'done');
    meter.request('put', 10 ** (thread + 1), 30, 'done');
    meter.request('put', 0, 5, 'failed');
    meter.request('delete', 0, 1, 'done');
    meter.retry();
    meter.commit(100);
    meter.commit(100_000);
    meter.commitFailed(new Error('no answer'));
    meter.dirty(4096);
    meter.cache('hit');
    for (let i = 0; i < 3; i++) meter.cache('miss');
  }
  const none = { requests: 0, failures: 0, bytes: 0, seconds: 0 };
  const { commits, cost, ...rest } = volumeMetrics(memory, NOW);
  expect(rest).toEqual({
    requests: {
      get: { requests: 2, failures: 0, bytes: 200, seconds: 0.04 },
      put: { requests: 4, failures: 2, bytes: 110, seconds: 0.07 },
      swap: none,
      delete: { ...none, requests: 2, seconds: 0.002 },
      list: none,
    },
    retries: 2,
    commitFailures: 2,
    dirtyBytes: 8192,
    cacheHits: 2,
    cacheMisses: 6,
  });
  expect(commits.sum).toBeCloseTo(200.2);
  expect(commits.counts[LATENCY_BOUNDS.indexOf(0.1)]).toBe(2);
  expect(commits.counts.at(-1)).toBe(2);
  expect(commits.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  expect(cost).toBeCloseTo(4 * 5e-6 + 2 * 4e-7, 12);
});

test('two volumes that an export has one after the other are dirty together, and closed apart', () => {
  const memory = volumeMemory(1);
  const [before, after] = [countsIn(memory, 0), countsIn(memory, 0)].map((row) => volumeMeter(row));
  const dirtyBytes = (): number => volumeMetrics(memory, NOW).dirtyBytes;
  before?.dirty(3000);
  before?.dirty(1000);
  after?.dirty(200);
  expect(dirtyBytes()).toBe(1200);
  before?.closed();
  expect(dirtyBytes()).toBe(200);
});

test('an export counts on when it becomes another volume, and disks that are no volumes are not there', () => {
  const memories = new VolumeMemories(1);
  const first = memories.of(new Map([['a', parseSpec('s3://bucket/a')]]));
  const next = memories.of(
    new Map([
      ['a', parseSpec('s3://bucket/b')],
      ['m', parseSpec('memory:1M')],
    ]),
  );
  expect(next).toEqual(first);
  expect(next.get('a')).toBe(first.get('a'));
  expect([...memories.metrics().keys()]).toEqual(['a']);
});
