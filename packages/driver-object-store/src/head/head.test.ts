import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHead, encodeHead, type Head } from './head.ts';
import { VolumeError } from '../volume-error.ts';

const head: Head = {
  id: '0123456789abcdef',
  size: 2 ** 40,
  chunkBytes: 2 ** 18,
  generation: 3,
  durable: 17,
  sealed: [{ generation: 1, sequence: 4 }],
  packs: [
    { generation: 1, sequence: 3, body: undefined },
    { generation: 3, sequence: 2 ** 48 - 1, body: new Uint8Array([0, 255, 7]) },
  ],
  owner: { id: 'a', address: 'host:1', since: 1, lease: 15_000 },
  map: { generation: 2, sequence: 9, parts: 3, versions: 300_000 },
  isLittered: true,
  snapshots: [
    {
      name: 's',
      id: 'b',
      generation: 1,
      sequence: 2,
      size: 512,
      created: 2,
      isLeaving: true,
      deletion: 'f',
      packs: [{ generation: 1, sequence: 2, body: new Uint8Array(0) }],
    },
  ],
  bases: [{ volume: 'v', id: 'c', snapshot: 't', snapshotId: 'd' }],
  isLeaving: false,
  deletion: 'g',
  isDoomed: false,
  counter: 9,
  nonce: 'e',
};

test('a head comes back as it was', () => {
  expect(decodeHead(encodeHead(head), 'here')).toEqual(head);
  const free = { ...head, owner: undefined, map: undefined, deletion: undefined };
  expect(decodeHead(encodeHead(free), 'here')).toEqual(free);
});

function formatOf(of: Head): unknown {
  return (JSON.parse(new TextDecoder().decode(encodeHead(of))) as { format: unknown }).format;
}

test('only a head that names packs, or has a snapshot that does, is of the second format, and of the third if it carries some', () => {
  const snapshots = head.snapshots.map((each) => ({ ...each, packs: [] }));
  expect(formatOf({ ...head, snapshots })).toBe(3);
  expect(formatOf({ ...head, packs: [] })).toBe(3);
  const object = { generation: 1, sequence: 2, body: undefined };
  const named = head.snapshots.map((each) => ({ ...each, packs: [object] }));
  expect(formatOf({ ...head, packs: [object], snapshots })).toBe(2);
  expect(formatOf({ ...head, packs: [], snapshots: named })).toBe(2);
  expect(formatOf({ ...head, packs: [], snapshots })).toBe(1);
  const plain = { ...head, packs: [], snapshots };
  expect(decodeHead(encodeHead(plain), 'here')).toEqual(plain);
});

test('whatever is not a head is refused with where and what', () => {
  const text = new TextDecoder().decode(encodeHead(head));
  const broken = (from: string, to: string) => () =>
    decodeHead(new TextEncoder().encode(text.replace(from, to)), 's3://b/v/head');
  expect(broken('"size": 1099511627776', '"size": -1')).toThrow(
    's3://b/v/head: size: expected an integer of at least 0, found -1',
  );
  expect(broken('"format": 3', '"format": 4')).toThrow('expected format 1 to 3, found 4');
  expect(broken('"format": 3', '"format": 0')).toThrow('expected format 1 to 3, found 0');
  expect(broken(' AP8H"', ' AP8G"')).toThrow(
    's3://b/v/head: carried: 3-ffffffffffff: expected bytes with a checksum of ',
  );
  expect(broken('"packs": "1-3 ', '"packs": "1-03 ')).toThrow('generations and sequences');
  expect(broken('"chunkBytes": 262144', '"chunkBytes": 262145')).toThrow('a power of two');
  expect(broken('"isLeaving": false', '"isLeaving": 0')).toThrow('expected true or false');
});

test('no bytes make it fail in another way', () => {
  const text = new TextDecoder().decode(encodeHead(head));
  fc.assert(
    fc.property(fc.nat(text.length), fc.string({ maxLength: 4 }), (at, inserted) => {
      const bytes = new TextEncoder().encode(text.slice(0, at) + inserted + text.slice(at + 1));
      expect(codeOf(bytes)).toBe('damaged');
    }),
  );
});

/** Why the bytes are no head; those that still are one count as found out. */
function codeOf(bytes: Uint8Array): string {
  try {
    decodeHead(bytes, 'here');
    return 'damaged';
  } catch (error) {
    return error instanceof VolumeError ? error.code : String(error);
  }
}
