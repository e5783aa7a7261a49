import { UsageError } from '@nbd-tooling/command-line';
import { expect, it } from 'vitest';
import { parseOptions } from './options.ts';

const parse = (line: string) => parseOptions(line.split(' ').filter(Boolean), () => 99);

it('a test, its length, a seed and servers are read; what is not said is drawn or the first', () => {
  expect(parse('crash --rounds 200 --seed 7 --server cache,nbdkit')).toMatchObject({
    kind: 'crash',
    rounds: 200,
    seed: 7,
    servers: [{ name: 'cache' }, { name: 'nbdkit' }],
  });
  expect(parse('linearizable')).toMatchObject({
    kind: 'linearizable',
    seconds: 5,
    seed: 99,
    servers: [{ name: 'memory' }],
  });
  expect(parse('crash --server all')).toHaveProperty('servers.length', 8);
  expect(parse('hostile --server all')).toHaveProperty('servers.length', 2);
  expect(parse('disks')).toMatchObject({ kind: 'disks', servers: [{ name: 'uring' }] });
  expect(parse('soak --minutes 30')).toMatchObject({ kind: 'soak', seconds: 1800, seed: 99 });
});

it('help names all servers, and which are controls', () => {
  const help = parse('--help');
  expect(help).toHaveProperty('text', expect.stringContaining('memory-workers'));
  expect(help).toHaveProperty('text', expect.stringMatching(/^ {2}lost-flush +CONTROL: /m));
});

it.each([
  ['', 'expected one of crash, linearizable, disks, soak, hostile; found none'],
  ['crash linearizable', '; found crash linearizable'],
  ['crash --rounds 0', '--rounds: expected a whole number from 1'],
  ['crash --seed 1.5', '--seed: expected a whole number from 0'],
  ['crash --seconds 1', '--seconds: not an option of this test'],
  ['linearizable --rounds 1', '--rounds: not an option of this test'],
  ['hostile --seconds 1', '--seconds: not an option of this test'],
  ['disks --seed 1', '--seed: not an option of this test'],
  ['soak --minutes 1 --seconds 1', '--minutes: not together with --seconds'],
  ['linearizable --server lost-flush', 'found lost-flush'],
  ['crash --round 1', "Unknown option '--round'"],
])('%j is refused', (line, message) => {
  expect(() => parse(line)).toThrow(UsageError);
  expect(() => parse(line)).toThrow(message);
});
