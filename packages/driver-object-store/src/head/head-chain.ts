/**
 * The head as a chain of versions: each is written under the condition that the one before it is still there, so
 * that of two who change it at a time one is refused and looks again. No clock is trusted.
 *
 * An attempt whose answer is lost may have taken effect, or may yet. So the head is read: the nonce tells whose
 * version it is. If nothing has changed, the *same bytes* are tried again under the same condition: should the
 * lost attempt land after all, it either is what was wanted, or finds its condition gone.
 */
import { decodeHead, encodeHead, type Head } from './head.ts';
import { headKey } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { StoreError } from '../store/store-error.ts';
import { drawName } from '../surroundings.ts';
import { VolumeError } from '../volume-error.ts';

/** How often the same bytes are tried while nothing else is there. */
const ATTEMPTS_MAX = 4;
/** How often a change gives way to those of others. */
const SWAPS_MAX = 16;

/** What is to become of a head; undefined: it is as wanted already. */
export type HeadChange = (head: Head) => Head | undefined;

/** A head, and the version that it was read from. */
export interface SeenHead {
  readonly head: Head;
  readonly etag: string;
}

/** Undefined: there is no such volume. */
export async function readHead(store: ObjectStore, volume: string): Promise<SeenHead | undefined> {
  const found = await store.get(headKey(volume));
  if (found === undefined) return undefined;
  const head = decodeHead(found.bytes, `${store.name}/${headKey(volume)}`);
  return { head, etag: found.etag };
}

/** Rejects with a `VolumeError` when there is no such volume. */
export async function readHeadOf(store: ObjectStore, volume: string): Promise<SeenHead> {
  const seen = await readHead(store, volume);
  if (seen !== undefined) return seen;
  throw new VolumeError('missing', `${store.name}: there is no volume ${volume}`);
}

export class HeadChain {
  readonly #store: ObjectStore;
  readonly #volume: string;
  readonly #random: () => number;
  #seen: SeenHead;

  constructor(store: ObjectStore, volume: string, random: () => number, seen: SeenHead) {
    this.#store = store;
    this.#volume = volume;
    this.#random = random;
    this.#seen = seen;
  }

  /** The newest version that is known. */
  get head(): Head {
    return this.#seen.head;
  }

  /**
   * Changes the head, and resolves to the version that has the change. Where somebody else has changed it, `accepts`
   * looks at theirs: true, and the change is made to that version instead; otherwise rejects with a `VolumeError`
   * "deposed". Rejects with a `StoreError` when the store cannot be asked; the change may yet take effect.
   * Not to be called while a call is under way.
   */
  async swap(change: HeadChange, accepts: (theirs: Head) => boolean): Promise<Head> {
    for (let swaps = 0; swaps < SWAPS_MAX; swaps++) {
      const changed = change(this.#seen.head);
      if (changed === undefined) return this.#seen.head;
      const nonce = drawName(this.#random);
      const next = { ...changed, counter: this.#seen.head.counter + 1, nonce };
      this.#seen = await this.#attempt(next);
      if (this.#seen.head.nonce === nonce) return this.#seen.head;
      if (!accepts(this.#seen.head)) throw this.#deposed(this.#seen.head);
    }
    throw new StoreError(
      'unreachable',
      `${this.#where()}: it was changed ${SWAPS_MAX} times meanwhile`,
    );
  }

  /** Resolves to the version that is there then: the one that was tried, or another's. */
  async #attempt(next: Head): Promise<SeenHead> {
    const bytes = encodeHead(next);
    const before = this.#seen.head.nonce;
    let { etag } = this.#seen;
    for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts++) {
      const written = await this.#put(bytes, etag);
      if (written !== undefined) return { head: next, etag: written };
      const seen = await readHeadOf(this.#store, this.#volume);
      if (seen.head.nonce !== before) return seen;
      ({ etag } = seen);
    }
    throw new StoreError('ambiguous', `${this.#where()}: no answer to ${ATTEMPTS_MAX} changes`);
  }

  /** Undefined: it was refused, or there was no answer. */
  async #put(bytes: Uint8Array, etag: string): Promise<string | undefined> {
    try {
      const answer = await this.#store.put(headKey(this.#volume), [bytes], { condition: { etag } });
      return answer?.etag;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'ambiguous') return undefined;
      throw error;
    }
  }

  #deposed({ owner, generation }: Head): VolumeError {
    const who = owner === undefined ? 'nobody' : `${owner.address} (${owner.id})`;
    return new VolumeError(
      'deposed',
      `${this.#where()}: it was taken over; generation ${generation} belongs to ${who}`,
    );
  }

  #where(): string {
    return `${this.#store.name}/${headKey(this.#volume)}`;
  }
}
