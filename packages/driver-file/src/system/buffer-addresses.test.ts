import { expect, test } from 'vitest';
import { BufferAddresses } from './buffer-addresses.ts';

test('each buffer is asked for its address once, whatever views of it come by', () => {
  const first = new ArrayBuffer(100);
  const second = new SharedArrayBuffer(100);
  const asked: ArrayBufferLike[] = [];
  const addresses = new BufferAddresses((buffer) => {
    asked.push(buffer);
    return buffer === first ? 0x7fff_0000_1000 : 5000;
  });
  expect(addresses.of(new Uint8Array(first, 10, 20))).toBe(0x7fff_0000_100a);
  expect(addresses.of(new Uint8Array(first, 30))).toBe(0x7fff_0000_101e);
  expect(addresses.of(new Uint8Array(second, 7))).toBe(5007);
  expect(addresses.of(new Uint8Array(first))).toBe(0x7fff_0000_1000);
  expect(asked).toEqual([first, second]);
});
