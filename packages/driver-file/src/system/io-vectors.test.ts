import { expect, test } from 'vitest';
import { BufferAddresses } from './buffer-addresses.ts';
import { IoVectors } from './io-vectors.ts';

const TABLE = 0x7fff_0000_1000;
const MEMORY = 0x7ffe_ffff_f000;

test('an entry is an address and a length of 64 bits each, in the order of the machine', () => {
  const found: ArrayBufferLike[] = [];
  const addresses = new BufferAddresses((buffer) => {
    found.push(buffer);
    return found.length === 1 ? TABLE : MEMORY;
  });
  const vectors = new IoVectors(3, addresses);
  const memory = new ArrayBuffer(8192);
  vectors.set(1, new Uint8Array(memory, 100, 4096));
  vectors.set(2, new Uint8Array(memory, 5000, 1));
  vectors.set(1, new Uint8Array(memory, 200, 50));

  const [table = new ArrayBuffer(0)] = found;
  expect([...new BigUint64Array(table)].map(Number)).toEqual([
    0,
    0,
    MEMORY + 200,
    50,
    MEMORY + 5000,
    1,
  ]);
  expect([0, 1, 2].map((index) => vectors.addressOf(index))).toEqual([
    TABLE,
    TABLE + 16,
    TABLE + 32,
  ]);
});
