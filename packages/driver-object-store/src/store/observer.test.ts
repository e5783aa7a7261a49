import { expect, test } from 'vitest';
import { AMAZON_PRICES, countingObserver, requestCost } from './observer.ts';

test('what was counted has a price, in which deletions are free', () => {
  const observer = countingObserver();
  for (const kind of ['put', 'swap', 'list', 'get', 'delete'] as const) {
    for (let i = 0; i < 1e6; i++) observer.request?.(kind, 0, 1, 'done');
  }
  expect(requestCost(observer.counters.requests)).toBeCloseTo(15.4);
  const free = { ...AMAZON_PRICES, change: 0 };
  expect(requestCost(observer.counters.requests, free)).toBeCloseTo(0.4);
});
