/** A disk with a write cache, of stamps in place of bytes, that does what it is asked when a test says so. */
import type { Change } from '../src/crash/durability-model.ts';
import { ZEROES } from '../src/stamped-blocks.ts';

export class SimulatedDisk {
  /** Of each block: what is on stable storage, and what was written since. */
  readonly #blocks: (readonly [number, ...number[]])[];

  constructor(blocks: number) {
    this.#blocks = Array.from({ length: blocks }, () => [ZEROES]);
  }

  do({ stamp, first, count, fua }: Change): void {
    for (let block = first; block < first + count; block++) {
      const versions = this.#blocks[block] as readonly [number, ...number[]];
      this.#blocks[block] = fua ? [stamp] : [...versions, stamp];
    }
  }

  flush(): void {
    this.#blocks.forEach((versions, block) => {
      this.#blocks[block] = [versions.at(-1) as number];
    });
  }

  /** Each block is left as any of what it has been since it was stable; `choose` draws from 0 to below its argument. */
  crash(choose: (count: number) => number): void {
    this.#blocks.forEach((versions, block) => {
      this.#blocks[block] = [versions[choose(versions.length)] as number];
    });
  }

  found(block: number): readonly number[] {
    return [(this.#blocks[block] as readonly [number, ...number[]])[0]];
  }
}
