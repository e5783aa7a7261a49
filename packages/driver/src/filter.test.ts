import { describe, expect, test } from 'vitest';
import type { Driver, Extent } from './driver.ts';
import { dataExtent } from './extent.ts';
import { countedBy, filter } from './filter.ts';

const OPTIONAL_METHODS = [
  'readBatch',
  'write',
  'writeBatch',
  'flush',
  'trim',
  'zero',
  'cache',
  'extents',
  'resize',
  'close',
] as const;

const OPTIONAL_FACTS = {
  blockSize: { minimum: 512, preferred: 4096, payloadMax: 0xffff_ffff },
  readOnly: false,
  rotational: true,
  multiConn: true,
  concurrency: 3,
  fua: 'native',
  retainsSource: false,
  fillsTarget: true,
  lendsViews: true,
} as const satisfies Partial<Driver>;

/** Every method there is, each of which notes its name: a class, as methods lose `this` when taken off it. */
class FullDriver implements Driver {
  readonly called: string[] = [];
  size = 4096;
  readonly fua = 'native';
  readonly retainsSource = false;
  readonly fillsTarget = true;
  readonly lendsViews = true;

  read(): void {
    this.called.push('read');
  }
  readBatch(): void {
    this.called.push('readBatch');
  }
  write(): void {
    this.called.push('write');
  }
  writeBatch(): void {
    this.called.push('writeBatch');
  }
  flush(): void {
    this.called.push('flush');
  }
  trim(): void {
    this.called.push('trim');
  }
  zero(): void {
    this.called.push('zero');
  }
  cache(): void {
    this.called.push('cache');
  }
  extents(_offset: number, length: number): Extent[] {
    this.called.push('extents');
    return [dataExtent(length)];
  }
  resize(size: number): void {
    this.called.push('resize');
    this.size = size;
  }
  close(): void {
    this.called.push('close');
  }
}

const nothing = (): void => {};

const bare: Driver = { size: 1, read: () => undefined };

describe.each(OPTIONAL_METHODS)('%s through a filter', (method) => {
  test('is absent when it is absent within', () => {
    expect(filter(bare, {})).not.toHaveProperty(method);
  });

  test('reaches the driver within, as a method of it', () => {
    const inner = new FullDriver();
    const call = filter(inner, {})[method] as ((...args: unknown[]) => unknown) | undefined;
    call?.(0, 1);
    expect(inner.called).toEqual([method]);
  });

  test('is taken away by an override of undefined', () => {
    expect(filter(new FullDriver(), { [method]: undefined })).not.toHaveProperty(method);
  });

  test('is what it is overridden with', () => {
    const inner = new FullDriver();
    const own = new FullDriver();
    const outer = filter(inner, { [method]: own[method].bind(own) });
    (outer[method] as ((...args: unknown[]) => unknown) | undefined)?.(0, 1);
    expect([inner.called, own.called]).toEqual([[], [method]]);
  });
});

describe.each(Object.entries(OPTIONAL_FACTS))('%s through a filter', (fact, value) => {
  test('is as it is within', () => {
    expect(filter({ ...bare, [fact]: value }, {})).toHaveProperty(fact, value);
    expect(filter(bare, {})[fact as keyof Driver]).toBeUndefined();
  });

  test('is overridden, or taken away', () => {
    expect(filter(bare, { [fact]: value })).toHaveProperty(fact, value);
    const without = filter({ ...bare, [fact]: value }, { [fact]: undefined });
    expect(without[fact as keyof Driver]).toBeUndefined();
  });
});

test('the size of a filter follows the disk within', async () => {
  const outer = filter(new FullDriver(), {});
  await outer.resize?.(8192);
  expect(outer.size).toBe(8192);
});

test('an override of size is asked at each use', () => {
  const inner = new FullDriver();
  const outer = filter(inner, {
    get size() {
      return inner.size / 2;
    },
  });
  inner.size = 1024;
  expect(outer.size).toBe(512);
});

test('an object with methods of its own keeps its this as an override', () => {
  const own = new FullDriver();
  void filter(bare, own).flush?.();
  expect(own.called).toEqual(['flush']);
});

describe('an override of read', () => {
  test('drops readBatch, fillsTarget and lendsViews, which would not be true of it', () => {
    const outer = filter(new FullDriver(), { read: nothing });
    expect(outer).not.toHaveProperty('readBatch');
    expect([outer.fillsTarget, outer.lendsViews]).toEqual([undefined, undefined]);
  });

  test('keeps what is given with it', () => {
    const outer = filter(new FullDriver(), {
      read: nothing,
      readBatch: nothing,
      fillsTarget: true,
      lendsViews: true,
    });
    expect(outer).toHaveProperty('readBatch');
    expect([outer.fillsTarget, outer.lendsViews]).toEqual([true, true]);
  });
});

test('an override of readBatch drops fillsTarget, and lendsViews: it may look at targets', () => {
  const outer = filter(new FullDriver(), { readBatch: nothing });
  expect([outer.fillsTarget, outer.lendsViews]).toEqual([undefined, undefined]);
});

describe('an override of write', () => {
  test('drops writeBatch and retainsSource, which would not be true of it', () => {
    const outer = filter(new FullDriver(), { write: nothing });
    expect(outer).not.toHaveProperty('writeBatch');
    expect(outer.retainsSource).toBeUndefined();
  });

  test('keeps what is given with it', () => {
    const outer = filter(new FullDriver(), {
      write: nothing,
      writeBatch: nothing,
      retainsSource: false,
    });
    expect(outer).toHaveProperty('writeBatch');
    expect(outer.retainsSource).toBe(false);
  });

  test('of undefined takes writeBatch away with it', () => {
    expect(filter(new FullDriver(), { write: undefined })).not.toHaveProperty('writeBatch');
  });
});

test('calls count as those of the driver within, unless concurrency is overridden', () => {
  const inner = new FullDriver();
  const outer = filter(filter(inner, { flush: nothing }), { readOnly: true });
  expect(countedBy(inner)).toBe(inner);
  expect(countedBy(outer)).toBe(inner);
  const slower = filter(inner, { concurrency: 1 });
  expect(countedBy(slower)).toBe(slower);
  expect(countedBy(filter(slower, {}))).toBe(slower);
});

test('an override of writeBatch drops retainsSource', () => {
  expect(filter(new FullDriver(), { writeBatch: nothing }).retainsSource).toBeUndefined();
});

test('what is not overridden keeps its facts', () => {
  const { fua, retainsSource, fillsTarget } = filter(new FullDriver(), { flush: () => {} });
  expect({ fua, retainsSource, fillsTarget }).toEqual({
    fua: 'native',
    retainsSource: false,
    fillsTarget: true,
  });
});
