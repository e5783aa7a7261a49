import { resolve } from 'node:path';
import { UsageError } from '@nbd-tooling/command-line';
import { expect, test } from 'vitest';
import { parseInvocation } from './invocation.ts';

test.each([
  ['crash', { kind: 'crash', rounds: 20, seed: 1 }],
  ['crash --rounds 100 --seed 7', { kind: 'crash', rounds: 100, seed: 7 }],
  ['takeover', { kind: 'takeover', rounds: 10, seed: 1 }],
  ['faults --seed 3', { kind: 'faults', seed: 3 }],
  ['open --gigabytes 64', { kind: 'open', gibibytes: 64, twinGibibytes: 64 }],
  ['bench', { kind: 'bench', rounds: 3, millisMax: 3000, chunkBytes: 524_288 }],
  [
    'bench --seconds 1 --chunk-kib 1024 --server ours --server RBD --json a',
    {
      kind: 'bench',
      rounds: 3,
      millisMax: 1000,
      chunkBytes: 2 ** 20,
      names: ['ours', 'RBD'],
      json: 'a',
    },
  ],
  ['--help', { kind: 'help', text: expect.stringContaining('pnpm ceph takeover') }],
])('%s', (words, invocation) => {
  expect(parseInvocation(words.split(' ').filter(Boolean))).toEqual(invocation);
});

test('one disk is in memory, several are files', () => {
  expect(parseInvocation(['up'])).toMatchObject({ cluster: { disks: 1, store: 'memstore' } });
  const several = parseInvocation(['up', '--disks', '3', '--networks']);
  expect(several).toMatchObject({ cluster: { store: 'bluestore', hasNetworks: true } });
});

test('a folder is the same one wherever daemons run', () => {
  const { cluster } = parseInvocation(['up', '--folder', 'here']) as {
    cluster: { folder: string };
  };
  expect(cluster.folder).toBe(resolve('here'));
});

test.each([
  ['', 'expected one of up, down, crash, takeover, faults, open, bench; found none'],
  ['crash twice', 'expected one word, found crash twice'],
  ['crash --rounds 0', '--rounds: expected a whole number from 1'],
  ['bench --rounds 5', '--rounds: expected a whole number from 1 to 4'],
  ['crash --seed x', '--seed: expected a whole number'],
  ['open --gigabytes 1.5', '--gigabytes: expected a whole number'],
  ['up --disks -1', "'--disks' argument is ambiguous"],
  ['up --disk 1', "Unknown option '--disk'"],
])('%j is wrong usage', (words, message) => {
  const parse = () => parseInvocation(words.split(' ').filter(Boolean));
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(message);
});
