import { UsageError } from '@nbd-tooling/command-line';
import { expect, test } from 'vitest';
import { plantedValue, sound } from '../test/planted-target.ts';
import { parseOptions } from './options.ts';

const known = [plantedValue, sound];
const parse = (...args: string[]) => parseOptions(args, known, () => 77);

test('everything is fuzzed when nothing is named, from a seed that is drawn', () => {
  expect(parse()).toEqual({
    kind: 'fuzz',
    targets: known,
    seed: 77,
    runsMax: 100_000,
    bytesMax: Number.POSITIVE_INFINITY,
    saves: false,
  });
});

test('targets, bytes and the seed are as they are named', () => {
  expect(parse('sound', '--bytes', '1e8', '--seed', '5', '--save')).toEqual({
    kind: 'fuzz',
    targets: [sound],
    seed: 5,
    runsMax: Number.POSITIVE_INFINITY,
    bytesMax: 1e8,
    saves: true,
  });
});

test('help names the targets', () => {
  expect(parse('--help')).toEqual({ kind: 'help', text: expect.stringContaining(sound.about) });
});

test.each([
  ['nothing'],
  ['--runs', '0'],
  ['--runs', '1', '--bytes', '1'],
  ['--seed', '-1'],
  ['--seed', '4294967296'],
  ['--unknown'],
])('%j makes no sense', (...args) => {
  expect(() => parse(...args)).toThrow(UsageError);
});
