import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, content } from '../../test/client-bytes.ts';
import { expectBytes, expectSameBytes } from '../../test/expectations.ts';
import { propertyRuns } from '../../test/property-runs.ts';
import { BufferPool } from '../memory/buffer-pool.ts';
import { ClientOutbox, type ClientSegment } from './client-outbox.ts';

function says(outbox: ClientOutbox, bytes: Uint8Array): void {
  outbox.append(bytes.length);
  outbox.slab.bytes.set(bytes, outbox.at);
}

test('messages said one after the other leave as one segment', () => {
  const outbox = new ClientOutbox(new BufferPool());
  says(outbox, content(10));
  says(outbox, content(20, 3));
  expect(outbox.readyBytes).toBe(30);
  expectBytes(outbox.take()?.bytes as Uint8Array, concat(content(10), content(20, 3)));
  expect(outbox.take()).toBeUndefined();
  expect(outbox.readyBytes).toBe(0);
});

test('what is said while a segment is being sent does not change it', () => {
  const pool = new BufferPool();
  const outbox = new ClientOutbox(pool);
  says(outbox, content(10));
  const first = outbox.take();
  says(outbox, content(10, 5));
  expectBytes(first?.bytes as Uint8Array, content(10));
  first?.slab?.release();
  outbox.take()?.slab?.release();
  outbox.rest();
  expect(pool.lentBytes).toBe(0);
});

test('an idle outbox owns no memory, and one that is cleared neither', () => {
  const pool = new BufferPool();
  const outbox = new ClientOutbox(pool);
  says(outbox, content(10));
  outbox.rest();
  expect(pool.lentBytes).toBeGreaterThan(0);
  outbox.lend(content(5));
  says(outbox, content(100_000));
  outbox.clear();
  expect([pool.lentBytes, outbox.readyBytes]).toEqual([0, 0]);
});

test('everything leaves in its order, whole and once, whatever is taken and released when', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('say' as const), length: fc.integer({ min: 1, max: 30_000 }) }),
    fc.record({ kind: fc.constant('lend' as const), length: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ kind: fc.constantFrom('take' as const, 'release' as const), length: fc.nat(2) }),
    fc.record({ kind: fc.constant('say' as const), length: fc.constant(70_000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const pool = new BufferPool();
      const outbox = new ClientOutbox(pool);
      const said: Uint8Array[] = [];
      const sent: Uint8Array[] = [];
      const taken: ClientSegment[] = [];
      const take = () => {
        const segment = outbox.take();
        if (segment !== undefined) taken.push(segment);
        return segment !== undefined;
      };
      const release = () => {
        const segment = taken.shift();
        if (segment === undefined) return;
        sent.push(segment.bytes.slice());
        segment.slab?.release();
      };
      for (const [i, { kind, length }] of steps.entries()) {
        if (kind === 'take') take();
        else if (kind === 'release') release();
        else {
          const bytes = content(length, i);
          said.push(bytes);
          if (kind === 'say') says(outbox, bytes);
          else outbox.lend(bytes);
        }
        outbox.rest();
      }
      while (take());
      while (taken.length > 0) release();
      outbox.rest();
      expectSameBytes(concat(...sent), concat(...said));
      expect(pool.lentBytes).toBe(0);
    }),
    propertyRuns(100),
  );
});
