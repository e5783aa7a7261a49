import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProgramError } from '../program-error.ts';
import { parseSpec } from './spec.ts';

const READONLY = { kind: 'readonly' };
const BOOT = { kind: 's3', bucket: 'bucket', prefix: '', volume: 'boot' };

test.each([
  ['memory:64M', { kind: 'memory', size: 64 * 1024 * 1024 }, []],
  ['null:1T', { kind: 'null', size: 2 ** 40 }, []],
  ['pattern:1G | readonly', { kind: 'pattern', size: 2 ** 30 }, [READONLY]],
  [
    'file:disk.img  |  readonly | readonly',
    { kind: 'file', path: 'disk.img' },
    [READONLY, READONLY],
  ],
  ['dir:/images | readonly', { kind: 'dir', path: '/images' }, [READONLY]],
  [
    's3://bucket/disks/boot@monday',
    { kind: 's3', bucket: 'bucket', prefix: 'disks', volume: 'boot', snapshot: 'monday' },
    [],
  ],
  [
    's3://bucket/boot?cacheFolder=/var/my cache/a+b?c%26d | readonly',
    { ...BOOT, cacheFolder: { path: '/var/my cache/a+b?c&d', bytesMax: 2 ** 30 } },
    [READONLY],
  ],
  [
    's3://bucket/boot?cacheFolderBytes=10G&cacheFolder=chunks',
    { ...BOOT, cacheFolder: { path: 'chunks', bytesMax: 10 * 2 ** 30 } },
    [],
  ],
])('%s is a driver and its filters', (text, driver, filters) => {
  expect(parseSpec(text)).toEqual({ driver, filters });
});

test.each([
  'C:\\disk.img',
  'my disk.img',
  'a|b',
  'a| b',
  'a |b',
  '|',
  ' leading',
  'trailing ',
  'file:x',
])('the path %j needs no quoting', (path) => {
  expect(parseSpec(`file:${path}`)).toEqual({ driver: { kind: 'file', path }, filters: [] });
  expect(parseSpec(`file:${path} | readonly`).filters).toEqual([READONLY]);
});

test('a path keeps each character unless white space, a bar and white space stand in it', () => {
  const path = fc.string({ minLength: 1 }).filter((text) => !/\s\|(?:\s|$)/.test(text));
  fc.assert(
    fc.property(path, (text) => {
      expect(parseSpec(`file:${text}`).driver).toEqual({ kind: 'file', path: text });
    }),
  );
});

test.each([
  [
    'gs://bucket/volume',
    'unknown driver "gs" in "gs://bucket/volume": this server knows file, dir, memory, null, pattern, s3',
  ],
  [
    'disk.img',
    'unknown driver "disk.img" in "disk.img": this server knows file, dir, memory, null, pattern, s3',
  ],
  ['', 'unknown driver "" in "": this server knows file, dir, memory, null, pattern, s3'],
  [
    'toString:1',
    'unknown driver "toString" in "toString:1": this server knows file, dir, memory, null, pattern, s3',
  ],
  ['memory', 'expected more behind "memory", such as memory:64M, in "memory"'],
  ['dir:', 'expected more behind "dir", such as dir:/images, in "dir:"'],
  ['file:', 'expected more behind "file", such as file:disk.img, in "file:"'],
  [
    'memory:big',
    'expected a size in bytes or with one of K M G T P E, such as 64M, found "big" in "memory:big"',
  ],
  ['null:1E', 'expected a size below 8P (2^53 bytes), found 1E in "null:1E"'],
  [
    'memory:1M | cow',
    'unknown filter "cow" in "memory:1M | cow": this server knows readonly, delay, fault',
  ],
  [
    'memory:1M | delay:read=5',
    'expected a time, such as 5ms or 2s, found "5" in "memory:1M | delay:read=5"',
  ],
  [
    's3://bucket/v?cache=/tmp',
    'unknown "cache", expected cacheFolder and cacheFolderBytes in "s3://bucket/v?cache=/tmp"',
  ],
  [
    's3://bucket/v?cacheFolder=/a&cacheFolder=/b',
    'cacheFolder is there twice in "s3://bucket/v?cacheFolder=/a&cacheFolder=/b"',
  ],
  [
    's3://bucket/v?cacheFolderBytes=1G',
    'expected cacheFolder=PATH behind "?" in "s3://bucket/v?cacheFolderBytes=1G"',
  ],
  ['s3://bucket/v?', 'expected cacheFolder=PATH behind "?" in "s3://bucket/v?"'],
  [
    's3://bucket/v?cacheFolder=/a&cacheFolderBytes=0',
    'expected a cacheFolderBytes of at least 1, found 0 in "s3://bucket/v?cacheFolder=/a&cacheFolderBytes=0"',
  ],
  [
    's3://bucket',
    'expected s3://BUCKET[/PREFIX]/VOLUME[@SNAPSHOT], found "s3://bucket" in "s3://bucket"',
  ],
  ['s3:', 'expected more behind "s3", such as s3://bucket/volume, in "s3:"'],
  ['memory:1M | readonly:x', '"readonly" takes nothing behind it, in "memory:1M | readonly:x"'],
  ['memory:1M |', 'unknown filter "" in "memory:1M |": this server knows readonly, delay, fault'],
])('%j is no SPEC, and the message says what would be', (text, message) => {
  expect(() => parseSpec(text)).toThrow(new ProgramError('wrong-usage', message));
});
