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
  readonly packs?: string;
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
    let newest: readonly [number, number] = [-1, -1];
    let best = new Uint8Array(0);
    for (const [key, { bytes }] of store.objects) {
      const match = /\/c\/([^/]+)\/..\/([^/]+)\/([^/]+)-([^/]+)$/.exec(key);
      if (match === null || match[1] !== head.id || parse(match[2]) !== chunk) continue;
      const version = [parse(match[3]), parse(match[4])] as const;
      if (version[1] > (watermarks.get(version[0]) ?? -1) || !isNewer(version, newest)) continue;
      [newest, best] = [version, bytes.slice()];
    }
    const start = chunk * head.chunkBytes;
    content.set(best.subarray(0, head.size - start), start);
    for (const name of head.packs?.split(' ') ?? []) {
      const [generation, sequence] = name.split('-').map(parse);
      if (!isNewer([generation ?? -1, sequence ?? -1], newest)) continue;
      const pack = store.objects.get(`${volume}/c/${head.id}/pack/${name}`);
      if (pack === undefined) throw new Error(`the pack ${name} counts, and is gone`);
      lay(pack.bytes, chunk, content.subarray(start, start + head.chunkBytes));
    }
  }
  return content;
}

/** Lays what a pack has of a chunk over that. */
function lay(pack: Uint8Array, chunk: number, content: Uint8Array): void {
  const view = new DataView(pack.buffer, pack.byteOffset);
  const count = view.getUint32(0, true);
  let bytesAt = 4 + 13 * count;
  for (let at = 4; at < 4 + 13 * count; at += 13) {
    const [of, from, length] = [0, 4, 8].map((field) => view.getUint32(at + field, true));
    if (from === undefined || length === undefined) return;
    const isZeroes = pack[at + 12] === 1;
    // The last chunk may end before what was written to its layer does.
    const to = Math.min(from + length, content.length);
    if (of === chunk && isZeroes) content.fill(0, from, to);
    else if (of === chunk) content.set(pack.subarray(bytesAt, bytesAt + to - from), from);
    if (!isZeroes) bytesAt += length;
  }
}

function isNewer(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);
}

function parse(hex: string | undefined): number {
  return Number.parseInt(hex ?? '', 16);
}
