import type { Driver } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import { FaultPlan, type FaultPlanOptions } from './fault-plan.ts';
import { faulty } from './faulty.ts';

const PLAIN = { fua: false };

/** A disk of 4 KiB of ones, and the one within. */
function disks(options?: FaultPlanOptions): { plan: FaultPlan; disk: Driver; inner: Driver } {
  const inner = memoryDriver({ size: 4096 });
  void inner.write?.(new Uint8Array(4096).fill(1), 0, PLAIN);
  const plan = new FaultPlan(options);
  return { plan, disk: faulty(inner, plan), inner };
}

async function content(disk: Driver): Promise<number[]> {
  const target = new Uint8Array(disk.size).fill(0xee);
  await disk.read(target, 0);
  return [...target];
}

/** How many bytes in a row, from the start of the disk, are twos. */
async function twos(disk: Driver): Promise<number> {
  const bytes = await content(disk);
  const end = bytes.findIndex((byte) => byte !== 2);
  expect(bytes.slice(end).every((byte) => byte === 1)).toBe(true);
  return end;
}

const TWOS = new Uint8Array(2048).fill(2);

describe('a write', () => {
  it('that fails does nothing, and the next is as always', async () => {
    const { plan, disk, inner } = disks();
    plan.add({ on: 'write', nth: 1, fail: 'ENOSPC' });
    await expect(disk.write?.(TWOS, 0, PLAIN)).rejects.toMatchObject({
      name: 'DriverError',
      code: 'ENOSPC',
    });
    expect(await twos(inner)).toBe(0);
    await disk.write?.(TWOS, 0, PLAIN);
    expect(await twos(inner)).toBe(2048);
  });

  it('that is lost is answered, and not there', async () => {
    const { plan, disk, inner } = disks();
    plan.add({ on: 'write', lose: true });
    await disk.write?.(TWOS, 0, PLAIN);
    expect(await twos(inner)).toBe(0);
  });

  it('that is torn is there in part, and then fails if it is to', async () => {
    const { plan, disk, inner } = disks();
    plan.add({ on: 'write', tear: { after: 700 }, fail: 'EIO' });
    await expect(disk.write?.(TWOS, 0, PLAIN)).rejects.toMatchObject({ code: 'EIO' });
    expect(await twos(inner)).toBe(700);
  });

  it('is torn anywhere between sectors, by the seed', async () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const { plan, disk, inner } = disks({ seed });
      plan.add({ on: 'write', tear: 'anywhere' });
      await disk.write?.(TWOS, 0, PLAIN);
      seen.add(await twos(inner));
    }
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 512, 1024, 1536]);
  });

  it('is torn at a block of the disk', async () => {
    const { plan, inner } = disks();
    const blockSize = { minimum: 512, preferred: 4096, payloadMax: 4096 };
    const disk = faulty({ ...inner, size: 4096, blockSize }, plan);
    plan.add({ on: 'write', tear: { after: 700 } });
    await disk.write?.(TWOS, 0, PLAIN);
    expect(await twos(inner)).toBe(512);
  });

  it('that is corrupted differs by one bit in so many bytes of the range, and spares the source', async () => {
    const { plan, disk, inner } = disks();
    plan.add({ on: 'write', touching: { offset: 10, length: 5 }, corrupt: { bytes: 3 } });
    const source = Buffer.from(TWOS); // whose slice is no copy
    await disk.write?.(source, 0, PLAIN);
    const changed = (await content(inner)).slice(0, 2048).flatMap((byte, at) => {
      if (byte === 2) return [];
      expect(Math.log2(byte ^ 2) % 1).toBe(0);
      return [at];
    });
    expect(changed).toHaveLength(3);
    expect(changed.every((at) => at >= 10 && at < 15)).toBe(true);
    expect(source.every((byte) => byte === 2)).toBe(true);
  });
});

describe('a read', () => {
  it.each<[string, Fault, (bytes: readonly number[]) => number, number]>([
    ['that is lost finds zeroes', { lose: true }, (bytes) => bytes.indexOf(1), -1],
    ['that is torn ends in zeroes', { tear: { after: 9 } }, (bytes) => bytes.indexOf(0), 9],
    [
      'that is corrupted differs in so many bytes',
      { corrupt: { bytes: 7 } },
      (bytes) => bytes.filter((byte) => byte !== 1).length,
      7,
    ],
    [
      'of which more is corrupted than it has differs everywhere',
      { corrupt: { bytes: 1e9 } },
      (bytes) => bytes.filter((byte) => byte !== 1).length,
      4096,
    ],
  ])('%s', async (_rule, effects, measure, expected) => {
    const { plan, disk } = disks();
    plan.add({ on: 'read', nth: 1, ...effects });
    expect(measure(await content(disk))).toBe(expected);
    expect(await content(disk)).toEqual(Array.from({ length: 4096 }, () => 1));
  });

  it('is corrupted in the same way for the same seed', async () => {
    const outcomes = [7, 7, 8].map((seed) => {
      const { plan, disk } = disks({ seed });
      plan.add({ on: 'read', corrupt: { bytes: 2 } });
      return content(disk);
    });
    const [first, again, other] = await Promise.all(outcomes);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

describe('the other calls', () => {
  it('a flush that lies does not reach the disk', async () => {
    let flushes = 0;
    const plan = new FaultPlan();
    const inner = { ...memoryDriver({ size: 512 }), size: 512, flush: () => void flushes++ };
    const disk = faulty(inner, plan);
    plan.add({ on: 'flush', nth: 1, lose: true });
    await disk.flush?.();
    expect(flushes).toBe(0);
    await disk.flush?.();
    expect(flushes).toBe(1);
  });

  it('zero and trim are torn, too', async () => {
    const { plan, disk, inner } = disks();
    plan.add({ tear: { after: 100 } });
    await disk.zero?.(0, 2048, { fua: false, mayTrim: true, fast: false });
    await disk.trim?.(2048, 2048, PLAIN);
    const bytes = await content(inner);
    expect(bytes.filter((byte) => byte === 0)).toHaveLength(200);
  });

  it.each<[string, (disk: Driver) => unknown]>([
    ['flush', (disk) => disk.flush?.()],
    ['trim', (disk) => disk.trim?.(0, 512, PLAIN)],
    ['zero', (disk) => disk.zero?.(0, 512, { fua: false, mayTrim: true, fast: false })],
    ['resize', (disk) => disk.resize?.(512)],
    ['cache', (disk) => disk.cache?.(0, 512)],
    ['extents', (disk) => drawAll(disk.extents?.(0, 512) ?? [])],
  ])('%s fails, and only once', async (call, make) => {
    const inner = memoryDriver({ size: 4096 });
    const plan = new FaultPlan();
    const disk = faulty(Object.assign(inner, { cache: () => undefined }), plan);
    plan.add({ on: call as 'flush', times: 1, fail: 'EIO' });
    await expect(make(disk)).rejects.toMatchObject({ code: 'EIO' });
    await make(disk);
  });

  it('a map that is lost knows of nothing but data, and the disk is not asked', async () => {
    const plan = new FaultPlan();
    let asked = 0;
    const inner: Driver = {
      size: 4096,
      read: () => undefined,
      extents(_offset, length) {
        asked += 1;
        return [{ length, hole: true, zero: true }];
      },
    };
    const disk = faulty(inner, plan);
    expect(await drawAll(disk.extents?.(0, 512) ?? [])).toMatchObject([{ hole: true }]);
    plan.add({ on: 'extents', lose: true });
    expect(await drawAll(disk.extents?.(0, 512) ?? [])).toEqual([
      { length: 512, hole: false, zero: false },
    ]);
    expect(asked).toBe(1);
  });
});

describe('waiting', () => {
  it('a call that hangs goes on when it is released, and later ones hang again', async () => {
    const { plan, disk, inner } = disks();
    const hang = plan.add({ on: 'write', hang: true });
    const write = disk.write?.(TWOS, 0, PLAIN);
    expect(hang).toMatchObject({ hits: 1, waiting: 1 });
    expect(await twos(inner)).toBe(0);
    hang.release();
    await write;
    expect(await twos(inner)).toBe(2048);
    const again = disk.write?.(TWOS, 0, PLAIN);
    expect(hang.waiting).toBe(1);
    plan.clear();
    await again;
    await disk.write?.(TWOS, 0, PLAIN);
    expect(hang.hits).toBe(2);
  });

  it('a call that hangs fails when the plan gives it up, and is never done', async () => {
    const { plan, disk, inner } = disks();
    plan.add({ on: 'write', hang: true });
    const write = disk.write?.(TWOS, 0, PLAIN);
    plan.giveUp();
    await expect(write).rejects.toMatchObject({ code: 'ESHUTDOWN' });
    expect(await twos(inner)).toBe(0);
  });

  it('delays add up, by the clock that was brought, and end with it', async () => {
    const timers: { millis: number; task: () => void }[] = [];
    let cancelled = 0;
    const clock = {
      after(millis: number, task: () => void) {
        timers.push({ millis, task });
        return () => void cancelled++;
      },
    };
    const { plan, disk } = disks({ clock });
    plan.add({ on: 'read', delay: 5 });
    const slow = plan.add({ on: 'read', delay: 7 });
    const read = content(disk);
    expect(timers.map(({ millis }) => millis)).toEqual([5]);
    timers[0]?.task();
    await Promise.resolve();
    await Promise.resolve();
    expect(timers.map(({ millis }) => millis)).toEqual([5, 7]);
    slow.remove();
    expect((await read).every((byte) => byte === 1)).toBe(true);
    expect(cancelled).toBe(2);
  });

  it('a call that waits for one fault does not wait for another that is removed meanwhile', async () => {
    const { plan, disk, inner } = disks();
    const first = plan.add({ on: 'write', hang: true });
    const second = plan.add({ on: 'write', hang: true });
    const write = disk.write?.(TWOS, 0, PLAIN);
    second.remove();
    first.release();
    await write;
    expect(await twos(inner)).toBe(2048);
  });

  it('a call that is late and hangs goes on when it is released, however early', async () => {
    const { plan, disk, inner } = disks({ clock: { after: () => () => undefined } });
    const both = plan.add({ on: 'write', delay: 5, hang: true });
    const write = disk.write?.(TWOS, 0, PLAIN);
    expect(both.waiting).toBe(1);
    both.release();
    await write;
    expect(await twos(inner)).toBe(2048);
  });
});

describe('a plan refuses', () => {
  it.each<[string, Fault, typeof Error, string]>([
    ['a fault without effect', { on: 'read' }, TypeError, 'one of delay, hang, lose'],
    ['a delay without a clock', { delay: 5 }, TypeError, 'option clock'],
    ['a negative delay', { delay: -1 }, RangeError, 'delay'],
    ['a tear before the start', { tear: { after: -1 } }, RangeError, 'tear.after'],
    ['no bytes to corrupt', { corrupt: { bytes: 0 } }, RangeError, 'corrupt.bytes'],
    ['an error that is none', { fail: 'EBADF' as 'EIO' }, TypeError, 'fail: expected one of EPERM'],
    [
      'a tear that is none',
      { tear: 'somewhere' as 'anywhere' },
      TypeError,
      'tear: expected one of',
    ],
    ['a call that is none', { on: 'wriet' as 'write', lose: true }, TypeError, 'found wriet'],
    ['a key that is none', { lose: true, nht: 2 } as Fault, TypeError, 'found nht'],
    ['a first of none', { nth: 0, lose: true }, RangeError, 'nth'],
  ])('%s', (_what, fault, type, text) => {
    const plan = new FaultPlan();
    expect(() => plan.add(fault)).toThrow(type);
    expect(() => plan.add(fault)).toThrow(text);
  });
});

it('no capability appears by being wrapped', () => {
  const disk = faulty({ size: 512, read: () => undefined }, new FaultPlan());
  for (const method of ['write', 'flush', 'trim', 'zero', 'cache', 'extents', 'resize']) {
    expect(disk).not.toHaveProperty(method);
  }
});

async function drawAll<T>(items: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
