/**
 * What the volumes of all exports have counted, by the names of the exports, since the start.
 */
import type { Spec } from '../settings/spec.ts';
import { volumeMemory, type VolumeMetrics, volumeMetrics } from './volume-counts.ts';

export class VolumeMemories {
  readonly #threads: number;
  readonly #memories = new Map<string, SharedArrayBuffer>();

  /** For so many threads that open the same exports. */
  constructor(threads: number) {
    this.#threads = threads;
  }

  /** Where the volumes among these count. A name that was there before goes on with what it has. */
  of(exports: ReadonlyMap<string, Spec>): ReadonlyMap<string, SharedArrayBuffer> {
    const memories = new Map<string, SharedArrayBuffer>();
    for (const [name, { driver }] of exports) {
      if (driver.kind !== 's3') continue;
      const memory = this.#memories.get(name) ?? volumeMemory(this.#threads);
      this.#memories.set(name, memory);
      memories.set(name, memory);
    }
    return memories;
  }

  /** Of all volumes that there were, by the names of their exports. */
  metrics(): ReadonlyMap<string, VolumeMetrics> {
    const now = Date.now();
    return new Map(
      Array.from(this.#memories, ([name, memory]) => [name, volumeMetrics(memory, now)]),
    );
  }
}
