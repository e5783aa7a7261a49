import { expect, test } from 'vitest';
import { sumCounters } from './sum-counters.ts';

test('counters add up, and a command that one thread alone has seen is there', () => {
  expect(
    sumCounters([
      {
        connections: { open: 1, total: 2, refused: 3 },
        requests: { READ: 4, FLUSH: 5 },
        failures: 6,
        bytesRead: 7,
        bytesWritten: 8,
      },
      {
        connections: { open: 10, total: 20, refused: 30 },
        requests: { READ: 40, WRITE: 50 },
        failures: 60,
        bytesRead: 70,
        bytesWritten: 80,
      },
    ]),
  ).toEqual({
    connections: { open: 11, total: 22, refused: 33 },
    requests: { READ: 44, FLUSH: 5, WRITE: 50 },
    failures: 66,
    bytesRead: 77,
    bytesWritten: 88,
  });
});

test('of no threads there is nothing to tell', () => {
  expect(sumCounters([])).toMatchObject({ connections: { open: 0, total: 0, refused: 0 } });
});
