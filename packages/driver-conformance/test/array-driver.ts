import type { DiskMap, Driver, Extent, MapRun, WriteOptions } from '@nbd/driver';
import { dataExtent, holeExtent } from '@nbd/driver';

/**
 * A disk that is right in the plainest way: one array, and every method there is. A class, so that a
 * suite which takes methods off their object is found out.
 */
export class ArrayDriver implements Driver {
  readonly fua = 'native';
  readonly multiConn = true;
  readonly retainsSource = false;
  readonly fillsTarget = true;
  #bytes: Uint8Array;

  /** Of each sector, whether it has a byte that is not zero; and of all, the size of the disk. */
  readonly maps: readonly DiskMap[] = [
    { name: 'qemu:dirty-bitmap:used', runs: (offset, length) => this.#used(offset, length) },
    { name: 'x-test:size', wide: true, runs: (offset) => later(this.size - offset, this.size) },
  ];

  constructor({ size }: { readonly size: number }) {
    this.#bytes = new Uint8Array(size);
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(target: Uint8Array, offset: number): void {
    target.set(this.#bytes.subarray(offset, offset + target.length));
  }

  write(source: Uint8Array, offset: number, _options?: WriteOptions): void {
    this.#bytes.set(source, offset);
  }

  flush(): void {}

  trim(offset: number, length: number): void {
    this.#bytes.fill(0x55, offset, offset + length);
  }

  zero(offset: number, length: number): void {
    this.#bytes.fill(0, offset, offset + length);
  }

  cache(): void {}

  *extents(offset: number, length: number): Generator<Extent> {
    for (let at = offset; at < Math.min(offset + length, this.size); ) {
      const end = Math.min(Math.floor(at / 512) * 512 + 512, this.size);
      const zero = this.#bytes.subarray(at, end).every((byte) => byte === 0);
      yield zero ? holeExtent(end - at) : dataExtent(end - at);
      at = end;
    }
  }

  *#used(offset: number, length: number): Generator<MapRun> {
    for (const extent of this.extents(offset, length)) {
      yield { length: extent.length, value: extent.zero ? 0 : 1 };
    }
  }

  resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, size));
    this.#bytes = bytes;
  }
}

async function* later(length: number, value: number): AsyncGenerator<MapRun> {
  yield await Promise.resolve({ length, value });
}
