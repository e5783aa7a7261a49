/**
 * A store of objects in memory, whose conditions are true: what a real one does, for tests. An etag is the digest of
 * the body, as in S3, so equal bodies have equal etags. A call takes effect at once, before its promise settles.
 */
import { createHash } from 'node:crypto';
import type {
  GetOptions,
  ListOptions,
  ListPage,
  ObjectStore,
  PutOptions,
  StoredObject,
} from '../store/object-store.ts';
import { StoreError, type StoreErrorCode } from '../store/store-error.ts';
import type { StoreCall, StoreFault } from './store-fault.ts';

const LIST_MAX = 1000;

export interface MemoryStoreOptions {
  /** For messages. Absent: "memory". */
  readonly name?: string;
  /** Asked at each call what goes wrong with it. */
  readonly faults?: (call: StoreCall) => StoreFault | undefined;
  /** "ignored": conditional writes are accepted and not checked, as some emulators do. */
  readonly conditions?: 'ignored';
}

export interface MemoryStore extends ObjectStore {
  /** What is there, by key; for tests to look at, and to change behind the back of all. */
  readonly objects: Map<string, MemoryObject>;
  /** All calls up to now. */
  readonly calls: readonly StoreCall[];
}

export interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly crc32: number | undefined;
}

/** An empty store in memory. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { name = 'memory', faults } = options;
  const objects = new Map<string, MemoryObject>();
  const calls: StoreCall[] = [];
  let sorted: readonly string[] | undefined;
  let isClosed = false;

  async function call<Answer>(
    kind: StoreCall['kind'],
    key: string,
    effect: (fault: StoreFault | undefined) => Answer,
    { condition, signal }: { condition?: unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<Answer> {
    const made: StoreCall = { kind, key, isConditional: condition !== undefined };
    calls.push(made);
    if (isClosed || signal?.aborted === true) throw failure('closed', made);
    const fault = faults?.(made);
    switch (fault?.kind) {
      case undefined:
      case 'missing':
      case 'damaged':
        return effect(fault);
      case 'refused':
        throw failure(fault.code, made);
      case 'lost-reply':
        effect(undefined);
        throw failure(unanswered(made), made);
      case 'late':
        void fault.until.then(() => effect(undefined));
        throw failure(unanswered(made), made);
      case 'lost-request':
        throw failure(unanswered(made), made);
      case 'slow':
        await fault.until;
        return effect(undefined);
    }
  }

  function failure(code: StoreErrorCode, { kind, key }: StoreCall): StoreError {
    return new StoreError(code, `${name}: ${kind} of ${key}: ${code}`);
  }

  function get(key: string, { target, range }: GetOptions): StoredObject | undefined {
    const object = objects.get(key);
    if (object === undefined) return undefined;
    const { offset, length } = range ?? { offset: 0, length: object.bytes.length };
    const part = object.bytes.subarray(offset, offset + length);
    if (part.length < length || (target !== undefined && target.length < length)) {
      throw new StoreError(
        'invalid',
        `${name}: get of ${key}: it has ${object.bytes.length} bytes`,
      );
    }
    const bytes = target?.subarray(0, length) ?? new Uint8Array(length);
    bytes.set(part);
    return { bytes, etag: object.etag, crc32: object.crc32 };
  }

  function put(key: string, body: Uint8Array, { condition, crc32 }: PutOptions) {
    const found = objects.get(key);
    if (condition !== undefined && options.conditions !== 'ignored') {
      const holds = 'absent' in condition ? found === undefined : found?.etag === condition.etag;
      if (!holds) return undefined;
    }
    if (found === undefined) sorted = undefined;
    const etag = createHash('md5').update(body).digest('hex');
    objects.set(key, { bytes: body, etag, crc32 });
    return { etag };
  }

  function remove(key: string): void {
    if (objects.delete(key)) sorted = undefined;
  }

  function list(prefix: string, { after, max = LIST_MAX }: ListOptions): ListPage {
    sorted ??= [...objects.keys()].toSorted(compareBytes);
    const from = after !== undefined && compareBytes(after, prefix) >= 0 ? after : prefix;
    const page: { key: string; size: number }[] = [];
    for (let at = lowerBound(sorted, from); at < sorted.length; at++) {
      const key = sorted[at] ?? '';
      if (key === after) continue;
      if (!key.startsWith(prefix)) break;
      if (page.length === Math.min(max, LIST_MAX)) return { objects: page, isTruncated: true };
      page.push({ key, size: objects.get(key)?.bytes.length ?? 0 });
    }
    return { objects: page, isTruncated: false };
  }

  return {
    name,
    objects,
    calls,
    get(key, getOptions = {}) {
      const read = (fault: StoreFault | undefined) => {
        if (fault?.kind === 'missing') return undefined;
        const found = get(key, getOptions);
        if (fault?.kind === 'damaged' && found !== undefined && found.bytes.length > 0) {
          found.bytes[0] = (found.bytes[0] as number) ^ 1;
        }
        return found;
      };
      return call('get', key, read, { signal: getOptions.signal });
    },
    put(key, parts, putOptions = {}) {
      const body = joined(parts); // taken now: the parts are lent until the answer only
      return call('put', key, () => put(key, body, putOptions), {
        condition: putOptions.condition,
        signal: putOptions.signal,
      });
    },
    delete: (key, { signal } = {}) => call('delete', key, () => remove(key), { signal }),
    deleteMany: (keys, { signal } = {}) =>
      call(
        'deleteMany',
        keys[0] ?? '',
        () => {
          for (const key of keys) remove(key);
          return [];
        },
        { signal },
      ),
    list: (prefix, listOptions = {}) =>
      call('list', prefix, () => list(prefix, listOptions), { signal: listOptions.signal }),
    async close() {
      isClosed = true;
    },
  };
}

function unanswered({ kind }: StoreCall): StoreErrorCode {
  return kind === 'get' || kind === 'list' ? 'unreachable' : 'ambiguous';
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const body = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/** In the order of the bytes of their UTF-8. */
function compareBytes(one: string, other: string): number {
  for (let i = 0; i < one.length && i < other.length; i++) {
    const [a, b] = [one.charCodeAt(i), other.charCodeAt(i)];
    if (a !== b) return rank(a) - rank(b);
  }
  return one.length - other.length;
}

/** Halves of a pair stand for what comes behind all single ones. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x1_0000 : unit;
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(sorted[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
