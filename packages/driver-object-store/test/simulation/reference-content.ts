/**
 * What a volume or a snapshot holds, with all that it stands on, read off the objects by the rule in its plainest form:
 * slow, and by other code than the one that it is there to test.
 */
import type { MemoryStore } from '../../src/testing/index.ts';

interface Mark {
  readonly generation: number;
  readonly sequence: number;
}

interface PlainSnapshot extends Mark {
  readonly name: string;
  readonly id: string;
  readonly size: number;
  readonly packs?: string | undefined;
  readonly carried?: Readonly<Record<string, string>> | undefined;
  readonly isLeaving: boolean;
}

export interface PlainHead {
  readonly id: string;
  readonly size: number;
  readonly chunkBytes: number;
  readonly generation: number;
  readonly durable: number;
  readonly packs?: string | undefined;
  readonly carried?: Readonly<Record<string, string>> | undefined;
  readonly sealed: readonly Mark[];
  readonly snapshots: readonly PlainSnapshot[];
  readonly bases: readonly {
    readonly volume: string;
    readonly snapshot: string;
    readonly snapshotId: string;
  }[];
  readonly isLeaving: boolean;
  readonly isDoomed: boolean;
}

export function plainHead(bytes: Uint8Array): PlainHead {
  return JSON.parse(new TextDecoder().decode(bytes)) as PlainHead;
}

export function headOf(store: MemoryStore, volume: string): PlainHead {
  const found = store.objects.get(`${volume}/head`);
  if (found === undefined) throw new Error(`${volume} is gone`);
  return plainHead(found.bytes);
}

/**
 * `length` bytes, zeroes behind the end; absent: up to that. `snapshotId`: of that snapshot, in place of what is
 * committed now.
 */
export function referenceContent(
  store: MemoryStore,
  volume: string,
  { length, snapshotId }: { readonly length?: number; readonly snapshotId?: string } = {},
): Uint8Array {
  const head = headOf(store, volume);
  const now = { ...head, sequence: head.durable };
  const state = snapshotId === undefined ? now : head.snapshots.find(({ id }) => id === snapshotId);
  if (state === undefined) throw new Error(`a snapshot of ${volume} is gone`);
  const content = contentBelow(store, head, length ?? state.size);
  const own = `${volume}/c/${head.id}/`;
  const newest = newestOf(store, own, watermarks(head, state));
  for (const [chunk, { bytes }] of newest) {
    const part = content.subarray(chunk * head.chunkBytes).subarray(0, head.chunkBytes);
    if (bytes.length === 0) part.fill(0);
    else part.set(bytes.subarray(0, part.length));
  }
  for (const name of state.packs?.split(' ') ?? []) {
    const [generation = -1, sequence = -1] = name.split('-').map(parse);
    const carried = state.carried?.[name]?.split(' ')[1];
    const pack =
      carried === undefined
        ? store.objects.get(`${own}pack/${name}`)?.bytes
        : new Uint8Array(Buffer.from(carried, 'base64'));
    if (pack === undefined) throw new Error(`the pack ${name} of ${volume} counts, and is gone`);
    lay(pack, content, head.chunkBytes, (chunk) =>
      isNewer({ generation, sequence }, newest.get(chunk)),
    );
  }
  return content.fill(0, state.size);
}

/** What the volume stands on. */
function contentBelow(store: MemoryStore, { bases }: PlainHead, length: number): Uint8Array {
  const [base] = bases;
  if (base === undefined) return new Uint8Array(length);
  return referenceContent(store, base.volume, { length, snapshotId: base.snapshotId });
}

/** By generation, the last sequence that counts. A generation that the head has dropped has none. */
function watermarks(head: PlainHead, state: Mark): ReadonlyMap<number, number> {
  const current = { generation: head.generation, sequence: head.durable };
  const marks = [...head.sealed, current].map(
    ({ generation, sequence }): readonly [number, number] => {
      if (generation === state.generation) return [generation, state.sequence];
      return [generation, generation < state.generation ? sequence : -1];
    },
  );
  return new Map(marks);
}

interface Found extends Mark {
  readonly bytes: Uint8Array;
}

/** By chunk, the newest version of those that count. */
function newestOf(
  store: MemoryStore,
  own: string,
  marks: ReadonlyMap<number, number>,
): ReadonlyMap<number, Found> {
  const newest = new Map<number, Found>();
  for (const [key, { bytes }] of store.objects) {
    if (!key.startsWith(own)) continue;
    const match = /^..\/([^/]+)\/([^/]+)-([^/]+)$/.exec(key.slice(own.length));
    if (match === null) continue;
    const [chunk, generation, sequence] = [parse(match[1]), parse(match[2]), parse(match[3])];
    if (sequence > (marks.get(generation) ?? -1)) continue;
    const found = { generation, sequence, bytes };
    if (isNewer(found, newest.get(chunk))) newest.set(chunk, found);
  }
  return newest;
}

/** Lays what a pack has over the content, of those chunks that show it. */
function lay(
  pack: Uint8Array,
  content: Uint8Array,
  chunkBytes: number,
  shows: (chunk: number) => boolean,
): void {
  const view = new DataView(pack.buffer, pack.byteOffset);
  const count = view.getUint32(0, true);
  let bytesAt = 4 + 13 * count;
  for (let at = 4; at < 4 + 13 * count; at += 13) {
    const chunk = view.getUint32(at, true);
    const length = view.getUint32(at + 8, true);
    const start = chunk * chunkBytes + view.getUint32(at + 4, true);
    const isZeroes = pack[at + 12] === 1;
    // The last chunk may end before what was written to its layer does.
    const target = content.subarray(start, start + length);
    if (shows(chunk)) {
      if (isZeroes) target.fill(0);
      else target.set(pack.subarray(bytesAt, bytesAt + target.length));
    }
    if (!isZeroes) bytesAt += length;
  }
}

function isNewer(one: Mark, other: Mark | undefined): boolean {
  if (other === undefined) return true;
  if (one.generation !== other.generation) return one.generation > other.generation;
  return one.sequence > other.sequence;
}

function parse(hex: string | undefined): number {
  return Number.parseInt(hex ?? '', 16);
}
