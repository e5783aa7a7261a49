import { describe, expect, test } from 'vitest';
import { seedOf } from './seed.ts';

describe('NBD_SEED', () => {
  test('is the seed of the properties', () => {
    expect(seedOf({ NBD_SEED: '-1261528612' })).toBe(-1_261_528_612);
  });

  test('is not needed', () => {
    expect(seedOf({})).toBeUndefined();
    expect(seedOf({ NBD_SEED: '' })).toBeUndefined();
  });

  test('is an integer', () => {
    expect(() => seedOf({ NBD_SEED: 'today' })).toThrow(
      'NBD_SEED: expected an integer, found "today"',
    );
  });
});
