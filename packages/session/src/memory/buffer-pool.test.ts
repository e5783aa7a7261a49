import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertyRuns } from '../../test/property-runs.ts';
import { BufferPool, type Slab } from './buffer-pool.ts';

const CLASS = 4096;
const ROOM = 64;

test('a slab has at least the bytes that were asked for, in the class above it', () => {
  const pool = new BufferPool();
  const lengths = [0, 1, CLASS, CLASS + ROOM, CLASS + ROOM + 1, 2 * CLASS + ROOM, 2 ** 20].map(
    (bytes) => pool.take(bytes).bytes.length - ROOM,
  );
  expect(lengths).toEqual([CLASS, CLASS, CLASS, CLASS, 2 * CLASS, 2 * CLASS, 2 ** 20]);
});

test('the view of a slab is on its bytes', () => {
  const { bytes, view } = new BufferPool().take(8);
  view.setUint32(4, 0x0102_0304);
  expect([...bytes.subarray(4, 8)]).toEqual([1, 2, 3, 4]);
  expect(view.byteLength).toBe(bytes.length);
});

test('a slab is back with its last hold, and is lent again', () => {
  const pool = new BufferPool();
  const slab = pool.take(100);
  slab.hold();
  expect(slab.holds).toBe(2);
  slab.release();
  expect(pool.lentBytes).toBe(slab.bytes.length);
  slab.release();
  expect(pool.lentBytes).toBe(0);
  expect(pool.take(200)).toBe(slab);
  expect(slab.holds).toBe(1);
});

test('a slab is lent again to its own class alone', () => {
  const pool = new BufferPool();
  const small = pool.take(100);
  small.release();
  expect(pool.take(10_000)).not.toBe(small);
});

test('what goes past idleBytesMax is not kept', () => {
  const pool = new BufferPool({ idleBytesMax: CLASS + ROOM });
  const [first, second] = [pool.take(1), pool.take(1)];
  first.release();
  second.release();
  expect(pool.take(1)).toBe(first);
  expect(pool.take(1)).not.toBe(second);
});

test('what nobody asks for any more makes room for what is in use', () => {
  const large = 16 * CLASS;
  const pool = new BufferPool({ idleBytesMax: large + 2 * ROOM });
  const small = Array.from({ length: 16 }, () => pool.take(1));
  for (const slab of small) slab.release();
  const slab = pool.take(large);
  slab.release();
  expect(pool.take(large)).toBe(slab);
});

test('what is too large to be kept takes no room from what is', () => {
  const pool = new BufferPool({ idleBytesMax: 4 * CLASS });
  const small = pool.take(1);
  small.release();
  pool.take(4 * CLASS).release();
  expect(pool.idleBytes).toBe(CLASS + ROOM);
  expect(pool.take(1)).toBe(small);
});

test('there is room up to lentBytesMax, which is advice: a loan is never refused', () => {
  const pool = new BufferPool({ lentBytesMax: 2 * (CLASS + ROOM) });
  expect(pool.hasRoom(2 * (CLASS + ROOM))).toBe(true);
  expect(pool.hasRoom(2 * (CLASS + ROOM) + 1)).toBe(false);
  pool.take(1);
  expect(pool.hasRoom(CLASS + ROOM)).toBe(true);
  pool.take(1);
  expect(pool.hasRoom(1)).toBe(false);
  pool.take(1);
  expect(pool.lentBytes).toBe(3 * (CLASS + ROOM));
});

test('what a session may leave to a slow peer is a quarter of what is free, and something when all is lent', () => {
  const share = 2 ** 20;
  const pool = new BufferPool({ allUnsentBytesMax: 4 * share });
  expect(pool.unsentShare).toBe(share);
  const slab = pool.take(2 * share);
  expect(pool.unsentShare).toBe((2 * share - ROOM) / 4);
  pool.take(2 * share);
  expect(pool.unsentShare).toBe(2 ** 16);
  slab.release();
  expect(pool.unsentShare).toBe((2 * share - ROOM) / 4);
});

test('beyond the requests that all may have under way, each session still has sixteen', () => {
  const pool = new BufferPool({ allInFlightMax: 2 });
  pool.begin();
  expect(pool.mayBegin(1000)).toBe(true);
  pool.begin();
  expect([pool.mayBegin(1000), pool.mayBegin(16), pool.mayBegin(15)]).toEqual([false, false, true]);
  pool.begin();
  pool.end();
  pool.end();
  expect(pool.inFlight).toBe(1);
  expect(pool.mayBegin(16)).toBe(true);
});

test('lentBytes is what is out, and no two loans share memory, in any order of loans and returns', () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.constant('release' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pool = new BufferPool({ idleBytesMax: 20_000 });
      const out: Slab[] = [];
      for (const one of steps) {
        if (one === 'release') out.shift()?.release();
        else out.push(pool.take(one));
        expect(new Set(out.map(({ bytes }) => bytes.buffer)).size).toBe(out.length);
        const lent = out.reduce((sum, { bytes }) => sum + bytes.length, 0);
        expect(pool.lentBytes).toBe(lent);
      }
    }),
    propertyRuns(100),
  );
});
