import { EventEmitter, once } from 'node:events';
import { type Driver, type ExportTable, exportTable, type OpenExport } from '@nbd/driver';
import { expect, test } from 'vitest';
import { type ExportPlan, ReloadableExports } from './reloadable-exports.ts';

const CLIENT = { peer: 'unix' };

/** Disks that tell what is done to them. */
function recording() {
  const events: string[] = [];
  const failures: unknown[] = [];
  const exports = new ReloadableExports({
    closeFailed: (error) => void failures.push(error),
    listFailed: (_name, error) => void failures.push(error),
  });
  const planOf = (
    name: string,
    what: string,
    { open, flush }: { open?: () => Promise<void>; flush?: () => Promise<void> } = {},
  ): ExportPlan => ({
    what,
    isFolder: false,
    make: (): ExportTable =>
      exportTable([
        [
          name,
          async (): Promise<Driver> => {
            await open?.();
            events.push(`opened ${what}`);
            return {
              size: 512,
              read: () => undefined,
              ...(flush !== undefined && { flush }),
              close: () => void events.push(`closed ${what}`),
            };
          },
        ],
      ]),
  });
  const replace = (all: Readonly<Record<string, string>>) =>
    exports.replace(new Map(Object.entries(all).map(([name, what]) => [name, planOf(name, what)])));
  return { exports, events, failures, planOf, replace };
}

/** What is closed in the background is closed. */
function settled(): Promise<void> {
  return new Promise(setImmediate);
}

async function opened(exports: ReloadableExports, name: string): Promise<OpenExport> {
  const found = await exports.open(name, CLIENT);
  if (found === undefined) throw new Error(`expected an export ${name}, found none`);
  return found;
}

test('new exports are opened, those that stay keep their disks, those that go are closed', async () => {
  const { exports, events, replace } = recording();
  await replace({ a: 'disk 1', b: 'disk 2' });
  await replace({ b: 'disk 2', c: 'disk 3' });
  await settled();
  expect(events).toEqual(['opened disk 1', 'opened disk 2', 'opened disk 3', 'closed disk 1']);
  expect([...(await exports.list())]).toEqual([{ name: 'b' }, { name: 'c' }]);
  expect(await exports.open('a', CLIENT)).toBeUndefined();
  expect((await opened(exports, '')).name).toBe('b');
});

test('a disk that goes while somebody has it is closed when the last lets go of it', async () => {
  const { exports, events, replace } = recording();
  await replace({ a: 'disk 1' });
  const one = await opened(exports, 'a');
  const other = await opened(exports, '');
  await replace({ a: 'disk 2' });
  expect((await opened(exports, 'a')).driver).not.toBe(one.driver);
  await one.close();
  expect(events).toEqual(['opened disk 1', 'opened disk 2']);
  await other.close();
  await settled();
  expect(events).toEqual(['opened disk 1', 'opened disk 2', 'closed disk 1']);
});

test('if one does not open, all is as it was', async () => {
  const { exports, events, planOf, replace } = recording();
  await replace({ a: 'disk 1' });
  const fails = planOf('c', 'disk 3', {
    open: () => Promise.reject(new Error('no such file')),
  });
  const plans = new Map([
    ['b', planOf('b', 'disk 2')],
    ['c', fails],
  ]);
  await expect(exports.replace(plans)).rejects.toThrow('export "c" cannot be opened: no such file');
  expect([...(await exports.list())]).toEqual([{ name: 'a' }]);
  await settled();
  expect(events).toEqual(['opened disk 1', 'opened disk 2', 'closed disk 2']);
});

test('replacements that overlap are done one after the other', async () => {
  const { exports, events, replace } = recording();
  await Promise.all([replace({ a: 'disk 1' }), replace({ a: 'disk 2' }), replace({ a: 'disk 3' })]);
  await settled();
  expect([...(await exports.list())]).toEqual([{ name: 'a' }]);
  expect(events.filter((event) => event.startsWith('closed'))).toEqual([
    'closed disk 1',
    'closed disk 2',
  ]);
});

test('at the end all are closed, once, also those that had gone and are still in use', async () => {
  const { exports, events, replace } = recording();
  await replace({ a: 'disk 1' });
  const used = await opened(exports, 'a');
  await replace({ b: 'disk 2' });
  await Promise.all([exports.close(), exports.close()]);
  await used.close();
  expect(events).toEqual(['opened disk 1', 'opened disk 2', 'closed disk 2', 'closed disk 1']);
  expect(() => exports.open('b', CLIENT)).toThrow('the exports are closed');
  await expect(replace({ c: 'disk 3' })).rejects.toThrow('the exports are closed');
});

test('the end waits for a disk that has gone and is being closed', async () => {
  const { exports, events, planOf, replace } = recording();
  const disk = new EventEmitter();
  const flush = async () => void (await once(disk, 'written'));
  await exports.replace(new Map([['a', planOf('a', 'disk 1', { flush })]]));
  await replace({ b: 'disk 2' });
  const closed = exports.close().then(() => events.push('closed all'));
  await settled();
  disk.emit('written');
  await closed;
  expect(events.slice(2)).toEqual(['closed disk 2', 'closed disk 1', 'closed all']);
});

test('a disk that takes its time to open does not keep the others from their end, and has its own', async () => {
  const { exports, events, planOf, replace } = recording();
  await replace({ a: 'disk 1' });
  const disk = new EventEmitter();
  const open = async () => void (await once(disk, 'awake'));
  const replaced = exports.replace(new Map([['b', planOf('b', 'disk 2', { open })]]));
  await settled();
  const closed = exports.close().then(() => events.push('closed all'));
  await settled();
  expect(events).toEqual(['opened disk 1', 'closed disk 1']);
  disk.emit('awake');
  await expect(replaced).rejects.toThrow('the exports are closed');
  await closed;
  expect(events.slice(2)).toEqual(['opened disk 2', 'closed disk 2', 'closed all']);
});

test('a disk that does not close when it has gone is told of', async () => {
  const { exports, failures } = recording();
  const fault = new Error('worn out');
  const driver: Driver = { size: 1, read: () => undefined, close: () => Promise.reject(fault) };
  const plan = { what: 'worn', isFolder: false, make: () => exportTable({ a: driver }) };
  await exports.replace(new Map([['a', plan]]));
  await exports.replace(new Map([['a', { ...plan, what: 'new' }]]));
  await settled();
  expect(failures).toEqual([fault]);
});

/** A disk that is open when it is told to. */
function sleeper() {
  const disk = new EventEmitter();
  return {
    open: async () => void (await once(disk, 'awake')),
    wake: () => disk.emit('awake'),
  };
}

test('one that is given up says what is not open; the next takes over what it wants of it, the rest is closed', async () => {
  const { exports, events, planOf, replace } = recording();
  await replace({ a: 'disk 1' });
  const [slow, never] = [sleeper(), sleeper()];
  const slowPlan = planOf('slow', 'slow disk', slow);
  const first = new AbortController();
  const replaced = exports.replace(
    new Map([
      ['b', planOf('b', 'disk 2')],
      ['c', planOf('c', 'disk 3')],
      ['slow', slowPlan],
      ['never', planOf('never', 'hung disk', never)],
    ]),
    first.signal,
  );
  await settled();
  first.abort(new Error('there is another'));
  await expect(replaced).rejects.toThrow(/^not open yet: "slow", "never"$/);
  expect([...(await exports.list())]).toEqual([{ name: 'a' }]);

  const next = exports.replace(
    new Map([
      ['b', planOf('b', 'disk 2')],
      ['slow', slowPlan],
    ]),
  );
  await settled();
  slow.wake();
  await next;
  await settled();
  expect([...(await exports.list())]).toEqual([{ name: 'b' }, { name: 'slow' }]);
  expect(events).toEqual([
    'opened disk 1',
    'opened disk 2',
    'opened disk 3',
    'closed disk 3',
    'opened slow disk',
    'closed disk 1',
  ]);
  never.wake();
  await settled();
  expect(events.slice(6)).toEqual(['opened hung disk', 'closed hung disk']);
});

test('one that is given up before its turn has opened nothing', async () => {
  const { exports, events, planOf, replace } = recording();
  await replace({ a: 'disk 1' });
  const reason = new Error('there is another');
  const plans = new Map([['b', planOf('b', 'disk 2')]]);
  await expect(exports.replace(plans, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(events).toEqual(['opened disk 1']);
});

test('a failure waits for no disk that does not open, and the next replacement for what is still being closed', async () => {
  const { exports, events, planOf, replace } = recording();
  await replace({ a: 'disk 1' });
  const [never, full] = [sleeper(), sleeper()];
  const plans = new Map([
    ['b', planOf('b', 'disk 2', { flush: full.open })],
    ['c', planOf('c', 'hung disk', never)],
    ['d', planOf('d', 'disk 4', { open: () => Promise.reject(new Error('no such file')) })],
  ]);
  await expect(exports.replace(plans)).rejects.toThrow('export "d" cannot be opened');
  const next = replace({ a: 'disk 1', b: 'disk 2' });
  await settled();
  expect(events).toEqual(['opened disk 1', 'opened disk 2']);
  full.wake();
  await next;
  expect(events.slice(2)).toEqual(['closed disk 2', 'opened disk 2']);
});

test('those that are open can be waited for alone', async () => {
  const { exports, events, planOf, replace } = recording();
  await replace({ a: 'disk 1' });
  const never = sleeper();
  const plans = new Map([
    ['b', planOf('b', 'disk 2')],
    ['c', planOf('c', 'hung disk', never)],
  ]);
  const replaced = exports.replace(plans);
  await settled();
  await exports.closeOpen();
  expect(events).toEqual(['opened disk 1', 'opened disk 2', 'closed disk 1', 'closed disk 2']);
  never.wake();
  await expect(replaced).rejects.toThrow('the exports are closed');
  await exports.close();
  expect(events.slice(4)).toEqual(['opened hung disk', 'closed hung disk']);
});
