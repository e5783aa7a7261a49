import type { DriverOverrides } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { checkFacts } from '../src/check-facts.ts';
import { broken, mapNamed } from './broken-disk.ts';

describe('a disk is found out whose facts are wrong:', () => {
  test.each<[string, RegExp, DriverOverrides]>([
    ['another size than was asked for', /^size: expected 1,/, { size: 4096 }],
    ['no calls at a time', /^concurrency: expected/, { concurrency: 0 }],
    [
      'a minimum that is no power of two (C-135)',
      /^blockSize: expected/,
      { blockSize: { minimum: 3, preferred: 512, payloadMax: 4096 } },
    ],
    [
      'a preferred size below 512 (C-135)',
      /^blockSize: expected/,
      { blockSize: { minimum: 1, preferred: 256, payloadMax: 4096 } },
    ],
    ['maps that are none', /^maps: expected an array/, { maps: {} as never }],
    ['a map without a namespace', /^maps: expected names/, { maps: [mapNamed('used')] }],
    ['a map of the protocol’s own', /^maps: expected names/, { maps: [mapNamed('base:used')] }],
    ['a map whose name is blank', /^maps: expected names/, { maps: [mapNamed('a b:used')] }],
    [
      'a map whose name has half a character',
      /^maps: expected names/,
      { maps: [mapNamed('x-a:\ud800')] },
    ],
    ['a map whose name has a NUL', /^maps: expected names/, { maps: [mapNamed('x-a:b\0')] }],
    [
      'a map whose name is too long',
      /^maps: expected names/,
      { maps: [mapNamed(`x-a:${'é'.repeat(2047)}`)] },
    ],
    [
      'two maps of one name',
      /^maps: expected names/,
      { maps: [mapNamed('x-a:b'), mapNamed('x-a:b')] },
    ],
    [
      'a map that is wide and not',
      /expected wide to be true/,
      { maps: [{ ...mapNamed('x-a:b'), wide: false as never }] },
    ],
    [
      'a map without runs',
      /expected runs to be a method/,
      { maps: [{ name: 'x-a:b', runs: [] as never }] },
    ],
    ['no write', /is writable: expected `write`/, { write: undefined }],
    ['read-only', /is writable: expected `write`/, { readOnly: true }],
  ])('%s', async (_fault, message, overrides) => {
    await expect(checkFacts(broken(() => overrides))).rejects.toThrow(message);
  });

  test('a write on a disk that is not writable', async () => {
    const options = broken(() => ({}), { writable: false });
    await expect(checkFacts(options)).rejects.toThrow(/is not writable: expected no `write`/);
  });
});
