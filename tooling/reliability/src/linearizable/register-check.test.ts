import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RegisterCall, registerAnomaly } from './register-check.ts';

const INITIAL = 0;
const NEVER = Number.POSITIVE_INFINITY;

describe('small histories', () => {
  /** Any history at all of a few calls; values are few, so that some of them are linearizable. */
  const histories = fc
    .integer({ min: 1, max: 6 })
    .chain((count) =>
      fc.tuple(
        fc.shuffledSubarray([...Array(2 * count).keys()], { minLength: 2 * count }),
        fc.array(fc.record({ reads: fc.boolean(), value: fc.nat(count), lost: fc.boolean() }), {
          minLength: count,
          maxLength: count,
        }),
      ),
    )
    .map(([moments, drawn]) =>
      drawn.map(({ reads, value, lost }, i): RegisterCall => {
        const [a, b] = [moments[2 * i] as number, moments[2 * i + 1] as number];
        const asked = Math.min(a, b);
        if (reads) return { kind: 'read', value, asked, answered: Math.max(a, b) };
        return { kind: 'write', value: i + 1, asked, answered: lost ? NEVER : Math.max(a, b) };
      }),
    );

  it('are linearizable exactly if some order of their calls explains them', () => {
    let sound = 0;
    fc.assert(
      fc.property(histories, (calls) => {
        const explained = isExplained(INITIAL, calls);
        if (explained) sound += 1;
        expect(registerAnomaly(INITIAL, calls) === undefined).toBe(explained);
      }),
      { numRuns: 3000 },
    );
    expect(sound).toBeGreaterThan(100);
  });
});

describe('long histories', () => {
  it('of a register are linearizable', () => {
    fc.assert(
      fc.property(sounds(), ({ calls }) => {
        expect(registerAnomaly(INITIAL, calls)).toBeUndefined();
      }),
    );
  });

  it('with a write that is lost are not, once somebody has read', () => {
    fc.assert(
      fc.property(sounds(), ({ calls, last, end }) => {
        const write = { kind: 'write', value: 1e6, asked: end, answered: end + 1 } as const;
        const read = { kind: 'read', value: last, asked: end + 2, answered: end + 3 } as const;
        expect(registerAnomaly(INITIAL, [...calls, write, read])?.kind).toBe('stale-read');
      }),
    );
  });

  it('with a read that goes back behind another read are not', () => {
    fc.assert(
      fc.property(sounds(), ({ calls, last, end }) => {
        const write = { kind: 'write', value: 1e6, asked: end, answered: end + 6 } as const;
        const reads = [1e6, last].map((value, i) => {
          return {
            kind: 'read',
            value,
            asked: end + 1 + 2 * i,
            answered: end + 2 + 2 * i,
          } as const;
        });
        expect(registerAnomaly(INITIAL, [...calls, write, ...reads])?.kind).toBe('stale-read');
        const [one, other] = reads as [RegisterCall, RegisterCall];
        const forth = [write, { ...one, value: last }, { ...other, value: 1e6 }];
        expect(registerAnomaly(INITIAL, [...calls, ...forth])).toBeUndefined();
      }),
    );
  });
});

it('a value that nobody has written, and one that is written later, are told apart', () => {
  const read = { kind: 'read', value: 7, asked: 1, answered: 2 } as const;
  const write = { kind: 'write', value: 7, asked: 3, answered: 4 } as const;
  expect(registerAnomaly(INITIAL, [read])).toEqual({ kind: 'unknown-value', value: 7 });
  expect(registerAnomaly(INITIAL, [read, write])).toEqual({ kind: 'read-before-write', value: 7 });
});

interface SoundHistory {
  readonly calls: readonly RegisterCall[];
  /** What is in the register at the end, and a moment after all others. */
  readonly last: number;
  readonly end: number;
}

/** Histories of a register: each call takes place at a moment between its question and its answer. */
function sounds(): fc.Arbitrary<SoundHistory> {
  const call = fc.record({
    at: fc.nat(2000),
    before: fc.nat(200),
    after: fc.nat(200),
    reads: fc.boolean(),
  });
  return fc.array(call, { maxLength: 60 }).map((drawn) => {
    let last = INITIAL;
    const inOrder = drawn.toSorted((a, b) => a.at - b.at);
    // A fraction of its own for each call, and a half between its moments, keep all of them apart.
    const calls = inOrder.map(({ at, before, after, reads }, i): RegisterCall => {
      const own = i / 1000;
      const [asked, answered] = [at - before + own - 0.5, at + after + own + 0.25];
      if (!reads) last = i + 1;
      return { kind: reads ? 'read' : 'write', value: last, asked, answered };
    });
    return { calls, last, end: 3000 };
  });
}

/** Tries all orders. */
function isExplained(value: number, calls: readonly RegisterCall[]): boolean {
  if (calls.every(({ answered }) => answered === NEVER)) return true;
  return calls.some((call) => {
    if (calls.some(({ answered }) => answered < call.asked)) return false;
    if (call.kind === 'read' && call.value !== value) return false;
    return isExplained(
      call.value,
      calls.filter((other) => other !== call),
    );
  });
}
