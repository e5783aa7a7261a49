import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectEqual, expectSameBytes } from '../../test/expectations.ts';
import { propertyRuns } from '../../test/property-runs.ts';
import { BufferPool } from './buffer-pool.ts';
import { Inbox } from './inbox.ts';

const HEADER = 4;

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** The header that `header` has found. */
function found({ view, at }: Inbox): number[] {
  return Array.from({ length: HEADER }, (_, i) => view.getUint8(at + i));
}

test('a header in one piece is read where it lies', () => {
  const inbox = new Inbox(new BufferPool());
  const chunk = new Uint8Array(bytes(9, 9, 1, 2, 3, 4, 5).buffer, 2);
  inbox.receive(chunk);
  expect(inbox.header(HEADER)).toBe(true);
  expect(inbox.view.buffer).toBe(chunk.buffer);
  expect(found(inbox)).toEqual([1, 2, 3, 4]);
  expect(inbox.length).toBe(1);
});

test('what is lent is plain memory, though what came is a kind of its own', () => {
  class Sliceable extends Uint8Array {}
  const inbox = new Inbox(new BufferPool());
  const chunk = new Sliceable([9, 1, 2, 3, 4]).subarray(1);
  inbox.receive(chunk);
  expect(inbox.lend(1)).toEqual(bytes(1));
  const lent = inbox.lend(2);
  expect(lent).toEqual(bytes(2, 3));
  expect(lent?.constructor).toBe(Uint8Array);
  expect(lent?.buffer).toBe(chunk.buffer);
});

test('a header across a border is completed, and what follows it is read where it lies', () => {
  const inbox = new Inbox(new BufferPool());
  inbox.receive(bytes(1, 2));
  expect(inbox.header(HEADER)).toBe(false);
  inbox.keepRest();
  const second = bytes(3, 4, 5, 6);
  inbox.receive(second);
  expect(inbox.header(HEADER)).toBe(true);
  expect(found(inbox)).toEqual([1, 2, 3, 4]);
  expect(inbox.lend(2)?.buffer).toBe(second.buffer);
  expect(inbox.length).toBe(0);
});

test('lend answers nothing for bytes that are not all here, or not in one piece', () => {
  const inbox = new Inbox(new BufferPool());
  inbox.receive(bytes(1, 2));
  expect(inbox.lend(3)).toBeUndefined();
  inbox.keepRest();
  inbox.receive(bytes(3, 4));
  expect(inbox.lend(3)).toBeUndefined();
  expect(inbox.length).toBe(4);
  expect([...(inbox.lend(2) ?? [])]).toEqual([1, 2]);
});

test('lend and discard of nothing are nothing', () => {
  const inbox = new Inbox(new BufferPool());
  expect(inbox.lend(0)).toHaveLength(0);
  expect(inbox.discard(0)).toBe(0);
  expect(inbox.discard(5)).toBe(0);
});

test('memory is held for kept bytes alone, and given back with them', () => {
  const pool = new BufferPool();
  const inbox = new Inbox(pool);
  inbox.receive(bytes(1, 2, 3));
  expect(pool.lentBytes).toBe(0);
  inbox.keepRest();
  expect(pool.lentBytes).toBeGreaterThan(0);
  inbox.discard(3);
  inbox.keepRest();
  expect(pool.lentBytes).toBe(0);
  inbox.receive(new Uint8Array(10_000));
  inbox.keepRest();
  inbox.receive(bytes(1));
  inbox.clear();
  expect(inbox.length).toBe(0);
  expect(pool.lentBytes).toBe(0);
});

test('a second chunk before keepRest does not lose the first', () => {
  const inbox = new Inbox(new BufferPool());
  inbox.receive(bytes(1, 2));
  inbox.receive(bytes(3, 4));
  expect(inbox.header(HEADER)).toBe(true);
  expect(found(inbox)).toEqual([1, 2, 3, 4]);
});

test('what was lent stays as it is until keepRest, though what is kept has outgrown its memory', () => {
  const pool = new BufferPool();
  const inbox = new Inbox(pool);
  inbox.receive(new Uint8Array(3000).fill(1));
  inbox.keepRest();
  inbox.receive(new Uint8Array(9000).fill(2));
  const lent = inbox.lend(1000) as Uint8Array;
  expect(inbox.peek(5000)).toBe(true);
  const others = [1, 5000, 9000].map((size) => pool.take(size));
  for (const slab of others) slab.bytes.fill(3);
  expectSameBytes(lent, new Uint8Array(1000).fill(1));
  for (const slab of others) slab.release();
  inbox.discard(inbox.length);
  inbox.keepRest();
  expect(pool.lentBytes).toBe(0);
});

/** Moves bytes into `place` from position 3 on. */
function moveInto(inbox: Inbox, place: Uint8Array): number {
  return inbox.fill(place, 3);
}

type Step = readonly ['receive' | 'header' | 'peek' | 'lend' | 'fill' | 'discard' | 'keep', number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('receive', 'receive', 'header', 'peek', 'lend', 'fill', 'discard', 'keep'),
  fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9000 })),
);

test('bytes come out in the order in which they came in, whatever is asked between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pool = new BufferPool();
      const inbox = new Inbox(pool);
      let received = 0;
      let read = 0;
      const expected = (length: number) => Uint8Array.from({ length }, (_, i) => (read + i) % 251);
      const expectRead = (part: Uint8Array) => {
        expectSameBytes(part, expected(part.length));
        read += part.length;
      };
      let borrowed: Uint8Array = new Uint8Array(0);
      for (const [what, count] of steps) {
        switch (what) {
          case 'receive': {
            const chunk = Uint8Array.from({ length: count }, (_, i) => (received + i) % 251);
            inbox.receive(chunk);
            borrowed.fill(0xff);
            borrowed = chunk;
            received += count;
            break;
          }
          case 'header':
            if (inbox.header(count)) {
              expectRead(
                new Uint8Array(inbox.view.buffer, inbox.view.byteOffset + inbox.at, count),
              );
            } else {
              expectEqual(received - read < count, true);
            }
            break;
          case 'peek':
            expectEqual(inbox.peek(count), received - read >= count);
            if (received - read >= count) {
              const { view, at } = inbox;
              expectSameBytes(
                new Uint8Array(view.buffer, view.byteOffset + at, count),
                expected(count),
              );
            }
            break;
          case 'lend': {
            const part = inbox.lend(count);
            if (part !== undefined) expectRead(part);
            break;
          }
          case 'fill': {
            const place = new Uint8Array(count + 3);
            const end = moveInto(inbox, place);
            expectEqual(end - 3, Math.min(count, received - read));
            expectRead(place.subarray(3, end));
            break;
          }
          case 'discard':
            read += inbox.discard(count);
            break;
          case 'keep':
            inbox.keepRest();
            borrowed.fill(0xff);
            break;
        }
        expect(inbox.length).toBe(received - read);
      }
      inbox.clear();
      expect(pool.lentBytes).toBe(0);
    }),
    propertyRuns(200),
  );
});
