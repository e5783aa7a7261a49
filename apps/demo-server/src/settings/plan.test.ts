import { defaultWorkers } from '@nbd/server';
import { expect, test } from 'vitest';
import { checkOwners, defaultDisk, makePlan, shownNames } from './plan.ts';
import { parseSpec } from './spec.ts';

const ONE = parseSpec('null:1');
const TWO = parseSpec('null:2');

test('without settings it is 64 MiB of memory named "demo", for this machine alone', () => {
  expect(makePlan([{}, {}])).toEqual({
    listen: ['nbd://127.0.0.1:10809'],
    exports: new Map([['demo', parseSpec('memory:64M')]]),
    defaultExport: 'demo',
    readOnly: false,
    maxConnections: 100,
    workers: defaultWorkers(),
    handshakeTimeout: 10,
    shutdownTimeout: 60,
    limits: {},
    logLevel: 'info',
    logFormat: 'text',
  });
});

test('the first source that names a setting decides it', () => {
  const plan = makePlan([
    { listen: ['nbd://a'], logLevel: 'debug' },
    { logLevel: 'warn', maxConnections: 5 },
    { listen: ['nbd://b'], maxConnections: 6, readOnly: true },
  ]);
  expect(plan).toMatchObject({
    listen: ['nbd://a'],
    logLevel: 'debug',
    maxConnections: 5,
    readOnly: true,
  });
});

test('limits are decided one by one', () => {
  const plan = makePlan([
    { limits: { inFlightMax: 1 } },
    {},
    { limits: { inFlightMax: 2, idleTimeout: 3 } },
  ]);
  expect(plan.limits).toEqual({ inFlightMax: 1, idleTimeout: 3 });
});

test('exports add up: by source, the files of each before its other exports', () => {
  const plan = makePlan([
    { files: ['dir/disk.img'], exports: new Map([['z', ONE]]) },
    { files: ['other.raw'], exports: new Map([['a', TWO]]) },
  ]);

  expect([...plan.exports]).toEqual([
    ['disk.img', parseSpec('file:dir/disk.img')],
    ['z', ONE],
    ['other.raw', parseSpec('file:other.raw')],
    ['a', TWO],
  ]);
  expect(plan.defaultExport).toBe('disk.img');
});

test('an export without a name is the default one wherever it stands', () => {
  const plan = makePlan([
    {
      exports: new Map([
        ['a', ONE],
        ['', TWO],
      ]),
    },
  ]);
  expect(plan.defaultExport).toBe('');
});

test('a folder is never the default export, whatever its name and its place', () => {
  const folder = parseSpec('dir:/images');
  const exports = new Map([
    ['', folder],
    ['isos', folder],
  ]);
  expect(makePlan([{ exports }]).defaultExport).toBe('');
  expect(defaultDisk(exports)).toBeUndefined();
  expect(shownNames(exports)).toEqual(['/', 'isos/']);
  const beside = new Map([...exports, ['a', ONE] as const]);
  expect(makePlan([{ exports: beside }]).defaultExport).toBe('a');
  expect(shownNames(beside)).toEqual(['/', 'isos/', 'a']);
});

test('a FILE whose name holds a bar is that file, not a SPEC', () => {
  expect(makePlan([{ files: ['a | readonly'] }]).exports.get('a | readonly')).toEqual({
    driver: { kind: 'file', path: 'a | readonly' },
    filters: [],
  });
});

test.each([
  [[{ files: ['a/x.img', 'b/x.img'] }], 'two exports are named "x.img", a/x.img and b/x.img'],
  [[{ files: ['a/x'], exports: new Map([['x', ONE]]) }], 'two exports are named "x", a/x and null'],
  [
    [{ exports: new Map([['x', ONE]]) }, { exports: new Map([['x', TWO]]) }],
    'two exports are named "x", null and null',
  ],
])('two exports of one name are wrong usage', (sources, message) => {
  expect(() => makePlan(sources)).toThrow(
    `${message}: name one otherwise, with --export NAME=SPEC`,
  );
});

test('a disk with faults is served by one thread, unless somebody says otherwise', () => {
  const exports = new Map([['a', parseSpec('memory:1M | fault:write,nth=3,error=EIO')]]);
  expect(makePlan([{ exports }]).workers).toBe(1);
  expect(makePlan([{ exports, workers: 3 }]).workers).toBe(3);
});

test('a volume is served by the one thread that owns it, a snapshot by any', () => {
  const volume = new Map([['a', parseSpec('s3://bucket/volume')]]);
  expect(makePlan([{ exports: volume }]).workers).toBe(1);
  expect(() => makePlan([{ exports: volume, workers: 2 }])).toThrow('has one owner');
  const snapshot = new Map([['a', parseSpec('s3://bucket/volume@monday')]]);
  expect(makePlan([{ exports: snapshot, workers: 2 }]).workers).toBe(2);
});

test('a folder of chunks is for one thread', () => {
  const spec = parseSpec('s3://bucket/volume@monday?cacheFolder=/var/cache/nbd');
  const exports = new Map([['a', spec]]);
  expect(makePlan([{ exports }]).workers).toBe(1);
  expect(() => makePlan([{ exports, workers: 2 }])).toThrow('a cacheFolder is for one thread');
});

test('a volume has one owner, and a snapshot of it any number', () => {
  const volume = new Map([['vol', parseSpec('s3://bucket/vol')]]);
  checkOwners(volume, 1);
  checkOwners(new Map([['vol', parseSpec('s3://bucket/vol@monday')]]), 2);
  expect(() => checkOwners(volume, 2)).toThrow('a volume in a bucket has one owner');
});
