import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertyRuns } from '../../test/property-runs.ts';
import { BufferPool, type Slab } from '../memory/buffer-pool.ts';
import { Outbox, type Segment } from './outbox.ts';

interface Region {
  readonly slab: Slab;
  readonly at: number;
  readonly bytes: number;
}

function reserve(outbox: Outbox, bytes: number, apart = false): Region {
  outbox.reserve(bytes, apart);
  return { slab: outbox.slab, at: outbox.at, bytes };
}

function commit(outbox: Outbox, { slab, at, bytes }: Region, fill: number): void {
  slab.bytes.fill(fill, at, at + bytes);
  outbox.commit(slab, at, at + bytes);
}

/** Takes all segments, as their lengths. */
function take(outbox: Outbox): Segment[] {
  const segments: Segment[] = [];
  for (let next = outbox.take(); next !== undefined; next = outbox.take()) segments.push(next);
  return segments;
}

function lengths(segments: readonly Segment[]): number[] {
  return segments.map(({ bytes }) => bytes.length);
}

test('regions that were made and filled one after the other leave as one segment', () => {
  const outbox = new Outbox(new BufferPool());
  for (let i = 0; i < 10; i++) commit(outbox, reserve(outbox, 16), i);
  expect(outbox.readyBytes).toBe(160);
  const segments = take(outbox);
  expect(lengths(segments)).toEqual([160]);
  expect(segments[0]?.bytes[159]).toBe(9);
  expect(outbox.readyBytes).toBe(0);
});

test('a region that waits holds up nothing, and leaves when it is committed', () => {
  const outbox = new Outbox(new BufferPool());
  const first = reserve(outbox, 10);
  const second = reserve(outbox, 20);
  const third = reserve(outbox, 30);
  commit(outbox, second, 2);
  commit(outbox, third, 3);
  expect(lengths(take(outbox))).toEqual([50]);
  commit(outbox, first, 1);
  expect(lengths(take(outbox))).toEqual([10]);
});

test('what is lent leaves in its turn, as it is, and counts', () => {
  const outbox = new Outbox(new BufferPool());
  const lent = new Uint8Array(1000).fill(7);
  commit(outbox, reserve(outbox, 16), 1);
  outbox.lend(lent);
  commit(outbox, reserve(outbox, 16), 2);
  expect(outbox.readyBytes).toBe(1032);
  const segments = take(outbox);
  expect(lengths(segments)).toEqual([16, 1000, 16]);
  expect(segments[1]).toEqual({ bytes: lent, slab: undefined });
  expect(segments[1]?.bytes).toBe(lent);
  expect(outbox.readyBytes).toBe(0);
});

test('a region may be committed shorter than it was reserved', () => {
  const outbox = new Outbox(new BufferPool());
  const { slab, at } = reserve(outbox, 100);
  outbox.commit(slab, at, at + 40);
  expect(outbox.readyBytes).toBe(40);
  commit(outbox, reserve(outbox, 8), 1);
  expect(lengths(take(outbox))).toEqual([40, 8]);
});

test('large regions, and those that are to be apart, have slabs of their own', () => {
  const outbox = new Outbox(new BufferPool());
  const shared = reserve(outbox, 16);
  const apart = reserve(outbox, 16, true);
  const large = reserve(outbox, 64 * 1024 + 1);
  expect(new Set([shared.slab, apart.slab, large.slab]).size).toBe(3);
  expect([apart.at, large.at]).toEqual([0, 0]);
  expect(reserve(outbox, 64 * 1024).slab).toBe(shared.slab);
});

test('all memory is back when every segment was released and the outbox rests', () => {
  const pool = new BufferPool();
  const outbox = new Outbox(pool);
  const dropped = reserve(outbox, 30);
  commit(outbox, reserve(outbox, 16), 1);
  const segments = take(outbox);
  outbox.rest();
  expect(pool.lentBytes, 'while a segment is out').toBeGreaterThan(0);
  for (const { slab } of segments) slab?.release();
  dropped.slab.release();
  outbox.rest();
  expect(pool.lentBytes).toBe(0);
});

test('an empty outbox has nothing to take and nothing to rest', () => {
  const pool = new BufferPool();
  const outbox = new Outbox(pool);
  expect(outbox.take()).toBeUndefined();
  outbox.rest();
  expect(pool.lentBytes).toBe(0);
});

type Step = 'reserve' | 'apart' | 'large' | 'commit' | 'lend' | 'drop' | 'take' | 'send' | 'rest';

const step: fc.Arbitrary<Step> = fc.constantFrom(
  ...(['reserve', 'reserve', 'reserve', 'apart', 'large', 'commit', 'commit'] as const),
  ...(['lend', 'drop', 'take', 'send', 'rest'] as const),
);

test('every region leaves whole and once, in the order of the commits, whatever else is under way', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat({ max: 60_000 })), { maxLength: 80 }), (steps) => {
      const pool = new BufferPool();
      const outbox = new Outbox(pool);
      const open: Region[] = [];
      const expected: number[] = [];
      const taken: Segment[] = [];
      const left: number[] = [];
      let tag = 0;
      const look = (segments: readonly Segment[]) => {
        for (const { bytes, slab } of segments) {
          for (let at = 0; at < bytes.length; at += 10) left.push(bytes[at] ?? -1);
          bytes.fill(0xee);
          slab?.release();
        }
      };
      for (const [what, choice] of steps) {
        if (what === 'reserve') open.push(reserve(outbox, 10 * (1 + (choice % 6000))));
        if (what === 'apart') open.push(reserve(outbox, 10, true));
        if (what === 'large') open.push(reserve(outbox, 70_000));
        if (what === 'commit') {
          const [region] = open.splice(choice % Math.max(open.length, 1), 1);
          if (region === undefined) continue;
          tag = (tag + 1) % 200;
          commit(outbox, region, tag);
          for (let at = 0; at < region.bytes; at += 10) expected.push(tag);
        }
        if (what === 'lend') {
          tag = (tag + 1) % 200;
          outbox.lend(new Uint8Array(10 * (1 + (choice % 6000))).fill(tag));
          for (let at = 0; at <= choice % 6000; at++) expected.push(tag);
        }
        if (what === 'drop') open.shift()?.slab.release();
        if (what === 'take') taken.push(...take(outbox));
        if (what === 'send') look(taken.splice(0));
        if (what === 'rest') outbox.rest();
      }
      taken.push(...take(outbox));
      look(taken);
      for (const { slab } of open) slab.release();
      outbox.rest();
      expect(Buffer.compare(Uint8Array.from(left), Uint8Array.from(expected))).toBe(0);
      expect(pool.lentBytes).toBe(0);
    }),
    propertyRuns(150),
  );
});
