import { describe, expect, test } from 'vitest';
import type { Driver } from './driver.ts';
import { exportTable } from './export-table.ts';
import { oneExport } from './one-export.ts';

/** A disk that counts how often it is closed. */
class CountingDisk implements Driver {
  readonly size = 512;
  closed = 0;
  read(): void {}
  close(): void {
    this.closed += 1;
  }
}

/** An opener that counts its uses, fails the first `failures` times, and answers later. */
function counting(failures = 0): {
  opener: () => Promise<Driver>;
  disk: CountingDisk;
  count: number;
} {
  const counter = {
    disk: new CountingDisk(),
    count: 0,
    opener: async (): Promise<Driver> => {
      counter.count += 1;
      await Promise.resolve();
      if (counter.count <= failures) throw new Error('the disk is asleep');
      return counter.disk;
    },
  };
  return counter;
}

/** A disk that cannot be closed. */
function failing(message: string): Driver {
  return {
    size: 0,
    read: () => undefined,
    close: () => Promise.reject(new Error(message)),
  };
}

describe('the list', () => {
  test('is in the order of the table, with the descriptions', () => {
    const table = exportTable({
      b: new CountingDisk(),
      a: { driver: new CountingDisk(), description: 'the second' },
      c: () => new CountingDisk(),
    });
    expect([...table.list()]).toEqual([
      { name: 'b' },
      { name: 'a', description: 'the second' },
      { name: 'c' },
    ]);
  });

  test('of pairs is in their order, also where names are numbers', () => {
    const table = exportTable([
      ['10', new CountingDisk()],
      ['9', new CountingDisk()],
    ]);
    expect([...table.list()]).toEqual([{ name: '10' }, { name: '9' }]);
  });
});

describe('a name', () => {
  test('that is empty opens the first export, under its own name (C-116)', async () => {
    const table = exportTable({ first: new CountingDisk(), second: new CountingDisk() });
    expect(await table.open('')).toMatchObject({ name: 'first' });
  });

  test('that is empty opens the export with the empty name, if there is one', async () => {
    const unnamed = new CountingDisk();
    const table = exportTable({ first: new CountingDisk(), '': unnamed });
    expect(await table.open('')).toMatchObject({ name: '', driver: unnamed });
  });

  test.each(['unknown', '__proto__', 'constructor', 'toString'])(
    '%s that is not in the table is unknown',
    async (name) => {
      expect(await exportTable({ disk: new CountingDisk() }).open(name)).toBeUndefined();
    },
  );

  test('may be that of a property of every object', async () => {
    const driver = new CountingDisk();
    const table = exportTable({ ['__proto__']: driver });
    expect(await table.open('__proto__')).toMatchObject({ name: '__proto__', driver });
  });
});

describe('a table cannot be made', () => {
  const disk = new CountingDisk();

  test('without an export (S-38)', () => {
    expect(() => exportTable({})).toThrow('export table: expected an export, found none');
  });

  test('with a name given twice (S-38)', () => {
    const pairs = [
      ['disk', disk],
      ['disk', disk],
    ] as const;
    expect(() => exportTable(pairs)).toThrow('export "disk": expected once, found twice');
  });

  test('with a name that cannot be sent (S-29)', () => {
    expect(() => exportTable({ 'a\0': disk })).toThrow(TypeError);
    expect(() => exportTable({ ['a'.repeat(4097)]: disk })).toThrow(TypeError);
  });

  test('with a description that cannot be sent', () => {
    const definition = { driver: disk, description: 'a'.repeat(4097) };
    expect(() => exportTable({ disk: definition })).toThrow(
      /^export "disk": description: expected/,
    );
  });
});

describe('a disk of a table', () => {
  test('is opened at its first use, once, and shared', async () => {
    const counter = counting();
    const table = exportTable({ disk: counter.opener });
    expect(counter.count).toBe(0);

    const first = await Promise.all([table.open('disk'), table.open('')]);
    const later = await table.open('disk');
    const drivers = [...first, later].map((opened) => opened?.driver);
    expect(drivers).toEqual([counter.disk, counter.disk, counter.disk]);
    expect(counter.count).toBe(1);
  });

  test('that fails to open is tried again at the next use', async () => {
    const counter = counting(1);
    const table = exportTable({ disk: counter.opener });
    const uses = await Promise.allSettled([table.open('disk'), table.open('disk')]);
    expect(uses.map(({ status }) => status)).toEqual(['rejected', 'rejected']);

    expect(await table.open('disk')).toMatchObject({ driver: counter.disk });
    expect(counter.count).toBe(2);
  });

  test('that throws when it is opened is tried again at the next use', async () => {
    const disk = new CountingDisk();
    let asleep = true;
    const table = exportTable({
      disk: () => {
        if (asleep) throw new Error('the disk is asleep');
        return disk;
      },
    });
    expect(() => table.open('disk')).toThrow('the disk is asleep');
    asleep = false;
    expect(await table.open('disk')).toMatchObject({ driver: disk });
  });

  test('is closed with the table, once, and not with a connection', async () => {
    const { opener, disk } = counting();
    const table = exportTable({ disk: opener });
    const opened = await table.open('disk');
    await opened?.close();
    await opened?.close();
    expect(disk.closed).toBe(0);

    await table.close();
    await table.close();
    expect(disk.closed).toBe(1);
  });

  test('is flushed before it is closed, and closed also when that fails', async () => {
    const calls: string[] = [];
    const disk = (flush: () => void): Driver => ({
      size: 0,
      read: () => undefined,
      flush,
      close: () => void calls.push('close'),
    });
    await exportTable({ disk: disk(() => void calls.push('flush')) }).close();
    expect(calls).toEqual(['flush', 'close']);

    const broken = disk(() => {
      throw new Error('the disk is full');
    });
    await expect(exportTable({ disk: broken }).close()).rejects.toThrow('the disk is full');
    expect(calls).toEqual(['flush', 'close', 'close']);
  });

  test('that was given open is closed although it was never used', async () => {
    const disk = new CountingDisk();
    await exportTable({ disk }).close();
    expect(disk.closed).toBe(1);
  });

  test('that was never opened is not opened to be closed', async () => {
    const counter = counting();
    await exportTable({ disk: counter.opener }).close();
    expect(counter.count).toBe(0);
  });

  test('under two names is closed once', async () => {
    const disk = new CountingDisk();
    const table = exportTable({ a: disk, b: { driver: () => disk } });
    await table.open('b');
    await table.close();
    expect(disk.closed).toBe(1);
  });

  test('whose opening is under way is closed when it is open', async () => {
    const { opener, disk } = counting();
    const table = exportTable({ disk: opener });
    const opening = table.open('disk');
    await table.close();
    await opening;
    expect(disk.closed).toBe(1);
  });

  test('whose opening fails meanwhile does not hinder the close', async () => {
    const table = exportTable({ disk: counting(1).opener });
    const opening = table.open('disk');
    await expect(table.close()).resolves.toBeUndefined();
    await expect(opening).rejects.toThrow('the disk is asleep');
  });
});

test('a closed table refuses to open', async () => {
  const table = exportTable({ disk: new CountingDisk() });
  await table.close();
  expect(() => table.open('disk')).toThrow(expect.objectContaining({ code: 'ESHUTDOWN' }));
  await expect(table.openAll()).rejects.toMatchObject({ code: 'ESHUTDOWN' });
});

test('every disk is closed, also when others fail to close', async () => {
  const disk = new CountingDisk();
  const one = exportTable({ a: failing('a fault'), disk });
  await expect(one.close()).rejects.toThrow('a fault');
  expect(disk.closed).toBe(1);

  const two = exportTable({ a: failing('a fault'), b: failing('another') });
  await expect(two.close()).rejects.toThrow('2 disks failed to close');
});

describe('openAll', () => {
  test('opens every disk once', async () => {
    const [a, b] = [counting(), counting()];
    const table = exportTable({ a: a.opener, b: b.opener, c: new CountingDisk() });
    await table.openAll();
    await table.open('b');
    expect([a.count, b.count]).toEqual([1, 1]);
  });

  test('names the export that cannot be opened, and leaves the others to be closed', async () => {
    const good = counting();
    const table = exportTable({ good: good.opener, bad: counting(1).opener });
    await expect(table.openAll()).rejects.toThrow(
      expect.objectContaining({
        message: 'export "bad" cannot be opened: the disk is asleep',
        cause: new Error('the disk is asleep'),
      }),
    );
    await table.close();
    expect(good.disk.closed).toBe(1);
  });
});

describe('an export for connections under TLS only', () => {
  const sealed = { driver: new CountingDisk(), tls: 'require' } as const;

  test('C-087 says so by its name, and no other does', () => {
    const table = exportTable({ open: new CountingDisk(), sealed, plain: { driver: failing('') } });
    const names = ['open', 'sealed', 'plain', 'none', 'constructor', ''];
    expect(names.filter((name) => table.requiresTls(name))).toEqual(['sealed']);
  });

  test('C-087 says so by the empty name, if it is the default export', () => {
    expect(exportTable({ sealed, open: new CountingDisk() }).requiresTls('')).toBe(true);
    expect(exportTable({ sealed, '': new CountingDisk() }).requiresTls('')).toBe(false);
    expect(oneExport({ name: 'disk', ...sealed }).requiresTls('')).toBe(true);
    expect(oneExport({ driver: new CountingDisk() }).requiresTls('')).toBe(false);
  });

  test('is never one by a misspelling', () => {
    const misspelt = { driver: new CountingDisk(), tls: 'required' as 'require' };
    expect(() => exportTable({ misspelt })).toThrow(
      new TypeError('export "misspelt": tls must be "require" or absent, found "required"'),
    );
    const stray = { driver: new CountingDisk(), tsl: 'require' };
    expect(() => exportTable({ stray })).toThrow(
      new TypeError('export "stray": expected driver, description, tls, found "tsl"'),
    );
    expect(() => oneExport(stray)).toThrow(TypeError);
  });
});
