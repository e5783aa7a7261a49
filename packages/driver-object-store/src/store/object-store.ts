/**
 * The five calls that a volume needs of a store of objects.
 *
 * Keys are text of at most 1,000 bytes of UTF-8, relative to whatever bucket and prefix the store stands for. The store
 * must be strongly consistent, and its conditions must be true compare-and-swap: `probeConditions` finds out.
 * Every call ends within a deadline of the store's own, after retries of its own; it rejects with a `StoreError`.
 */

/** Under which condition a `put` takes effect: nothing is there, or exactly that version is. */
export type PutCondition = { readonly absent: true } | { readonly etag: string };

export interface PutOptions {
  /** Without it the object is written whatever is there. */
  readonly condition?: PutCondition;
  /** CRC-32 of the whole body, kept beside it and given back by `get`. */
  readonly crc32?: number;
  readonly signal?: AbortSignal;
}

export interface GetOptions {
  /** Where the bytes go, from its start. Lent until the promise settles. Without it the store allocates. */
  readonly target?: Uint8Array;
  /** Bytes of the object, from `offset` on: as many as `length`. Without it, all of it. */
  readonly range?: { readonly offset: number; readonly length: number };
  readonly signal?: AbortSignal;
}

export interface StoredObject {
  /** The start of `target`, as much as was read, or memory of the caller's from now on. */
  readonly bytes: Uint8Array;
  /** Names the version, for `PutCondition`. Opaque. */
  readonly etag: string;
  /** What `put` was given, if it was. */
  readonly crc32: number | undefined;
}

export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

export interface ListPage {
  /** In the order of their keys' UTF-8 bytes. */
  readonly objects: readonly ListedObject[];
  /** There are more behind the last one: ask again with its key as `after`. */
  readonly isTruncated: boolean;
}

export interface ListOptions {
  /** Only keys behind this one. */
  readonly after?: string;
  /** At most so many, 1,000 unless told otherwise, which is also the most. */
  readonly max?: number;
  readonly signal?: AbortSignal;
}

/** A store of objects, such as a bucket. Calls reject with a `StoreError`; buffers are lent until the promise settles. */
export interface ObjectStore {
  /** For messages: where it is, such as `s3://bucket/prefix`. */
  readonly name: string;
  /** Undefined: there is none. A range behind the end is an error, and so is an object longer than `target`. */
  get(key: string, options?: GetOptions): Promise<StoredObject | undefined>;
  /**
   * Writes an object, whole or not at all. `parts` are one body in pieces, lent until the promise settles.
   * Undefined: the condition did not hold, and nothing was written. An `ambiguous` error says that it may or may not
   * have been written, or may yet be.
   */
  put(
    key: string,
    parts: readonly Uint8Array[],
    options?: PutOptions,
  ): Promise<{ readonly etag: string } | undefined>;
  /** Removes an object. None there is no error. */
  delete(key: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Removes up to 1,000 objects in one request. Resolves to the keys that it could not remove. */
  deleteMany(
    keys: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly string[]>;
  /** What there is whose key begins with `prefix`, a page at a time. */
  list(prefix: string, options?: ListOptions): Promise<ListPage>;
  /** Ends what is under way and lets go of connections. */
  close(): Promise<void>;
}
