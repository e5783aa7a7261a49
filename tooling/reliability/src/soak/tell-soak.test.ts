import { expect, it } from 'vitest';
import type { SoakReport } from './soak-run.ts';
import { faultsOf } from './tell-soak.ts';

const MIB = 2 ** 20;

const FINE: SoakReport = {
  connections: 9,
  resets: 1,
  rude: 1,
  requests: 1_000_000,
  bytesRead: MIB,
  bytesWritten: MIB,
  faults: 0,
  wrongBytes: 0,
  unexpected: [],
  memory: { first: 100 * MIB, last: 110 * MIB, peak: 120 * MIB },
  growth: { bytes: 15 * MIB, bytesPerMinute: MIB },
  descriptors: { before: 20, peak: 30, after: 20 },
  log: '',
  exit: '0',
};
const LEAK = { bytes: 20 * MIB, bytesPerMinute: MIB };

it('a run in which nothing went wrong has no faults', () => {
  expect(faultsOf(FINE)).toEqual([]);
});

it('memory may grow further while the server is warming up', () => {
  expect(faultsOf({ ...FINE, growth: LEAK, requests: 100_000 })).toEqual([]);
});

it.each<readonly [string, Partial<SoakReport>]>([
  ['512 wrong bytes', { wrongBytes: 512 }],
  ['20.0 MiB of growth', { growth: LEAK }],
  ['descriptors were left open', { descriptors: { before: 20, peak: 30, after: 21 } }],
  ['the server logged errors: oh', { log: 'oh' }],
  ['the server ended with SIGSEGV', { exit: 'SIGSEGV' }],
  ['ECONNRESET', { unexpected: ['ECONNRESET'] }],
])('%s is told', (fault, found) => {
  expect(faultsOf({ ...FINE, ...found })).toEqual([fault]);
});
