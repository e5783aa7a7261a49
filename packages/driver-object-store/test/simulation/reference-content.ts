/**
 * What a volume holds, read off the objects by the rule in its plainest form: slow, and by other code than the one
 * that it is there to test.
 */
import type { MemoryStore } from '../../src/testing/index.ts';

export interface PlainHead {
  readonly id: string;
  readonly size: number;
  readonly chunkBytes: number;
  readonly generation: number;
  readonly durable: number;
  readonly sealed: readonly { readonly generation: number; readonly sequence: number }[];
  readonly snapshots: readonly { readonly name: string; readonly isLeaving: boolean }[];
  readonly bases: readonly { readonly snapshot: string }[];
  readonly isLeaving: boolean;
  readonly isDoomed: boolean;
}

export function plainHead(bytes: Uint8Array): PlainHead {
  return JSON.parse(new TextDecoder().decode(bytes)) as PlainHead;
}

export function referenceContent(store: MemoryStore, volume: string): Uint8Array {
  const head = plainHead(store.objects.get(`${volume}/head`)?.bytes ?? new Uint8Array(0));
  const watermarks = new Map(head.sealed.map((each) => [each.generation, each.sequence]));
  watermarks.set(head.generation, head.durable);
  const content = new Uint8Array(head.size);
  for (let chunk = 0; chunk * head.chunkBytes < head.size; chunk++) {
    let [bestGeneration, bestSequence] = [-1, -1];
    let best = new Uint8Array(0);
    for (const [key, { bytes }] of store.objects) {
      const match = /\/c\/([^/]+)\/..\/([^/]+)\/([^/]+)-([^/]+)$/.exec(key);
      if (match === null || match[1] !== head.id || parse(match[2]) !== chunk) continue;
      const [generation, sequence] = [parse(match[3]), parse(match[4])];
      if (sequence > (watermarks.get(generation) ?? -1)) continue;
      if (generation < bestGeneration) continue;
      if (generation === bestGeneration && sequence < bestSequence) continue;
      [bestGeneration, bestSequence, best] = [generation, sequence, bytes.slice()];
    }
    content.set(best.subarray(0, head.size - chunk * head.chunkBytes), chunk * head.chunkBytes);
  }
  return content;
}

function parse(hex: string | undefined): number {
  return Number.parseInt(hex ?? '', 16);
}
