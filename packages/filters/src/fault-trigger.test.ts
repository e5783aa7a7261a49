import { describe, expect, it } from 'vitest';
import type { DiskCall, FaultScope } from './fault.ts';
import { FaultTrigger } from './fault-trigger.ts';
import { seededRandom } from './seeded-random.ts';

/** Which of these calls of 512 bytes, counted from 1, the fault falls on. */
function hits(scope: FaultScope, calls: readonly (readonly [DiskCall, number?])[]): number[] {
  const trigger = new FaultTrigger(scope, seededRandom(1));
  return calls.flatMap(([call, offset], i) => {
    const range = offset === undefined ? undefined : { offset, length: 512 };
    return trigger.fallsOn(call, range) ? [i + 1] : [];
  });
}

const WRITES = [0, 512, 0, 1024, 0, 0].map((offset) => ['write', offset] as const);

describe('a fault falls on', () => {
  it.each<[string, FaultScope, number[]]>([
    ['every call without a scope', {}, [1, 2, 3, 4, 5, 6]],
    ['calls of its kind', { on: 'read' }, []],
    ['calls of its kinds', { on: ['read', 'write'] }, [1, 2, 3, 4, 5, 6]],
    ['calls that touch its range', { touching: { offset: 511, length: 2 } }, [1, 2, 3, 5, 6]],
    ['no call that ends where it begins', { touching: { offset: 512, length: 1 } }, [2]],
    ['the n-th that fits', { touching: { offset: 0, length: 1 }, nth: 3 }, [5]],
    ['so many', { times: 2 }, [1, 2]],
    ['so many from the n-th on', { nth: 2, times: 3 }, [2, 3, 4]],
    ['none if there is no chance', { chance: 0 }, []],
    ['all if it is certain', { chance: 1 }, [1, 2, 3, 4, 5, 6]],
  ])('%s', (_rule, scope, expected) => {
    expect(hits(scope, WRITES)).toEqual(expected);
  });

  it('no flush, if it is for a range', () => {
    expect(hits({ touching: { offset: 0, length: 1 } }, [['flush'], ['resize']])).toEqual([]);
  });

  it('the same calls for the same seed, and about as many as its chance says', () => {
    const many = Array.from({ length: 1000 }, () => ['write', 0] as const);
    const first = hits({ chance: 0.25 }, many);
    expect(first).toEqual(hits({ chance: 0.25 }, many));
    expect(first.length).toBeGreaterThan(200);
    expect(first.length).toBeLessThan(300);
  });
});

it('a trigger tells those who wait for so many hits, no sooner', async () => {
  const trigger = new FaultTrigger({ on: 'read' }, seededRandom(1));
  const told: number[] = [];
  const twice = trigger.untilHits(2).then(() => told.push(2));
  trigger.fallsOn('read');
  await trigger.untilHits(1).then(() => told.push(1));
  expect(told).toEqual([1]);
  trigger.fallsOn('read');
  await twice;
  expect(told).toEqual([1, 2]);
});

it.each<FaultScope>([
  { nth: 0 },
  { nth: 1.5 },
  { times: 0 },
  { chance: 2 },
  { chance: Number.NaN },
  { touching: { offset: -1, length: 1 } },
  { touching: { offset: 0, length: 0 } },
])('%o is refused', (scope) => {
  expect(() => new FaultTrigger(scope, seededRandom(1))).toThrow(RangeError);
});

it.each(['wriet', ['read', 'constructor']])('a call %j, which there is not, is refused', (on) => {
  const scope = { on } as FaultScope;
  expect(() => new FaultTrigger(scope, seededRandom(1))).toThrow(
    /^on: expected one of read, write, .*, found (?:wriet|constructor)$/,
  );
});
