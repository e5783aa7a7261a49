import { expect, test } from 'vitest';
import { checkText, infoText, listText, ownerText } from './volume-texts.ts';

const OWNER = { id: 'x', address: 'here\u001b[31m', since: 0, lease: 15_000 };
const INFO = {
  volume: 'boot',
  size: 2 ** 30,
  chunkBytes: 2 ** 18,
  generation: 1,
  changes: 2,
  owner: undefined,
  snapshots: [],
  base: undefined,
  isLeaving: false,
};

test('a volume is told in lines', () => {
  const snapshots = [{ name: 'monday', size: 2 ** 20, created: 1000 }];
  const usage = { objects: 3, bytes: 2 ** 19 };
  const info = { ...INFO, owner: OWNER, snapshots, base: 'gold@v1' };
  expect(infoText('s3://b', info, usage)).toBe(`volume    s3://b/boot
size      1 GiB (1,073,741,824 bytes)
chunks    256 KiB
owner     here\\u001b[31m, since 1970-01-01T00:00:00.000Z
clone of  gold@v1
takes     512 KiB in 3 objects
snapshot  monday, 1 MiB, 1970-01-01T00:00:01.000Z
`);
});

test('a list has what is wrong with a volume in its place', () => {
  const damaged = { volume: 'bad', error: { code: 'damaged', message: 'expected the head' } };
  const used = { ...INFO, owner: OWNER, base: 'gold@v1' };
  expect(listText([INFO, damaged, used])).toBe(`boot  1 GiB
bad       ?  expected the head
boot  1 GiB  clone of gold@v1; owner: here\\u001b[31m
`);
});

test('a volume whose deletion was cut short says so', () => {
  const leaving = { ...INFO, isLeaving: true };
  expect(infoText('s3://b', leaving)).toContain('state   being deleted; delete goes on');
  expect(listText([leaving])).toContain('boot  1 GiB  being deleted; delete goes on');
});

test('a check tells each fault, and the sum', () => {
  const sound = { checked: 2, total: 2, bytes: 2048, damaged: [], orphans: [] };
  expect(checkText(sound)).toBe('2 objects, 2 KiB, all as they were written\n');
  const damaged = [{ key: 'v/c/1', reason: 'the object is not there' }];
  expect(checkText({ ...sound, damaged, orphans: ['v/c/2'] })).toBe(
    'v/c/1: the object is not there\n2 objects, 2 KiB, and 1 that nothing needs\n',
  );
});

test('a takeover tells from whom', () => {
  expect(ownerText(undefined)).toBe('nobody had it\n');
  expect(ownerText(OWNER)).toBe('taken from here\\u001b[31m, since 1970-01-01T00:00:00.000Z\n');
});
