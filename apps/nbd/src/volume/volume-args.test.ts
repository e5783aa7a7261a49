import { expect, test } from 'vitest';
import { parseArgs } from '../args.ts';

const STORE = { bucket: 'b', prefix: 'p' };

test.each([
  ['create --size 1T s3://b/p/v', { action: 'create', volume: 'v', size: 2 ** 40 }],
  ['create --size 1G --chunk-size 64K s3://b/p/v', { chunkBytes: 65_536 }],
  ['info s3://b/p/v', { action: 'info', volume: 'v', usage: false, json: false }],
  ['info --usage --json s3://b/p/v', { usage: true, json: true }],
  ['list s3://b/p', { action: 'list' }],
  ['snapshot s3://b/p/v@s', { action: 'snapshot', volume: 'v', snapshot: 's' }],
  ['clone s3://b/p/v@s s3://b/p/w', { action: 'clone', volume: 'v', snapshot: 's', clone: 'w' }],
  ['resize --size 2M s3://b/p/v', { action: 'resize', volume: 'v', size: 2 ** 21 }],
  ['takeover s3://b/p/v', { action: 'takeover', volume: 'v' }],
  ['check s3://b/p/v', { action: 'check', volume: 'v', progress: true }],
  ['check --no-progress s3://b/p/v', { progress: false }],
  ['delete s3://b/p/v', { action: 'delete', volume: 'v', snapshot: undefined, takeOver: false }],
  ['delete --take-over s3://b/p/v', { takeOver: true }],
  ['delete s3://b/p/v@s', { volume: 'v', snapshot: 's' }],
])('volume %s', (words, request) => {
  const found = parseArgs(['volume', ...words.split(' ')], '1.2.3');
  expect(found).toMatchObject({ kind: 'volume', store: STORE, ...request });
});

test.each([
  [
    '',
    'expected a command of volume: create, info, list, snapshot, clone, resize, takeover, check or delete; try --help',
  ],
  ['create s3://b/v', "'--size <BYTES>' not specified"],
  ['create --size big s3://b/v', 'expected bytes'],
  ['create --size 1G s3://b/v@s', 'expected a volume without @s'],
  ['create --size 1G disk.img', 'expected s3://BUCKET[/PREFIX]/VOLUME[@SNAPSHOT]'],
  ['list disk.img', 'expected s3://BUCKET[/PREFIX], found'],
  ['snapshot s3://b/v', 'expected s3://BUCKET[/PREFIX]/VOLUME@SNAPSHOT'],
  ['clone s3://b/v@s s3://c/w', 'a clone is in the same place as its volume'],
  ['clone s3://b/v s3://b/w', 'expected s3://BUCKET[/PREFIX]/VOLUME@SNAPSHOT'],
  ['shrink s3://b/v', "unknown command 'shrink'"],
])('volume %s is wrong usage', (words, message) => {
  expect(() => parseArgs(['volume', ...words.split(' ').filter(Boolean)], '1.2.3')).toThrow(
    message,
  );
});
