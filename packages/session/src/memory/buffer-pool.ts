/**
 * Memory for payloads and replies, used again and again: a fresh large buffer costs more in page faults
 * than the request that it is for.
 *
 * A pool keeps slabs by size class, lends them, and takes them back when their last hold is released.
 * Its bounds are advice to the sessions that share it. Where `hasRoom` or `mayBegin` says no they finish what they have
 * before they take on more, each with one request at least, so that none can starve another for ever; and
 * each leaves no more than `unsentShare` to a peer that is slow, and is served on when that peer has taken it.
 */
import { type MemoryLimits, memoryLimitsWith } from '../limits.ts';

/** The smallest class: classes are powers of two from here on. */
const CLASS_BYTES_MIN = 4096;
/** Each slab is this much larger than its class, so that a reply header fits beside a power of two of data. */
const HEADER_ROOM_BYTES = 64;

/** What is free is not given to one session, but a part of it: one in so many. Then there is always some left for the next. */
const UNSENT_PARTS = 4;
/** And never less than this, whatever payloads have taken: who writes much before it reads is not to stand still. */
const UNSENT_SHARE_MIN = 64 * 1024;

/** Requests that a session may have under way whatever the others have. */
const IN_FLIGHT_SHARE = 16;

/** One window is kept for each 512 bytes of a slab. */
const WINDOW_KEY_SHIFT = 9;

/** With its place in numbers of its own: to ask a typed array where it begins is a call. */
interface Window {
  readonly start: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** A block of memory on loan. It starts with one hold, and goes back to its pool with the last. */
export class Slab {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly #pool: BufferPool;
  /** Windows made before, by where they start: requests of one size use the same ones again and again. */
  readonly #windows: (Window | undefined)[] = [];
  #holds = 0;

  constructor(pool: BufferPool, length: number) {
    this.#pool = pool;
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  /** A window of `length` bytes from `start` on. The same one may be given to others when its bytes are free again. */
  window(start: number, length: number): Uint8Array {
    const key = start >> WINDOW_KEY_SHIFT;
    const known = this.#windows[key];
    if (known !== undefined && known.start === start && known.length === length) return known.bytes;
    const bytes = this.bytes.subarray(start, start + length);
    this.#windows[key] = { start, length, bytes };
    return bytes;
  }

  /** How many parts of it are in use. */
  get holds(): number {
    return this.#holds;
  }

  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    if (this.#holds === 0) this.#pool.takeBack(this);
  }
}

/** Memory that the sessions of one thread share, within its `MemoryLimits`. */
export class BufferPool {
  readonly #idle = new Map<number, Slab[]>();
  readonly #limits: MemoryLimits;
  #idleBytes = 0;
  #lentBytes = 0;
  #inFlight = 0;

  /**
   * The limits that are left out have their defaults.
   *
   * @throws TypeError for a limit that there is not; RangeError for one that is not a safe integer of at least 1
   */
  constructor(limits: Partial<MemoryLimits> = {}) {
    this.#limits = memoryLimitsWith(limits);
  }

  /** What is out on loan, in bytes. */
  get lentBytes(): number {
    return this.#lentBytes;
  }

  /** Requests that are under way in all sessions. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether a session that has `own` requests under way may begin another. */
  mayBegin(own: number): boolean {
    return own < IN_FLIGHT_SHARE || this.#inFlight < this.#limits.allInFlightMax;
  }

  /** A request has begun. */
  begin(): void {
    this.#inFlight++;
  }

  /** A request has ended. */
  end(): void {
    this.#inFlight--;
  }

  /** What is kept for later use, in bytes. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Whether another `bytes` may be lent within `lentBytesMax`. */
  hasRoom(bytes: number): boolean {
    return this.#lentBytes + bytes <= this.#limits.lentBytesMax;
  }

  /** How many bytes of replies one session may have waiting for its peer now: a part of what is free of `allUnsentBytesMax`. */
  get unsentShare(): number {
    const share = (this.#limits.allUnsentBytesMax - this.#lentBytes) / UNSENT_PARTS;
    return Math.max(UNSENT_SHARE_MIN, share);
  }

  /** Lends a slab of at least `bytes`, with one hold. Its content is whatever it last held. */
  take(bytes: number): Slab {
    const length = slabLength(bytes);
    let slab = this.#idle.get(length)?.pop();
    if (slab === undefined) slab = new Slab(this, length);
    else this.#idleBytes -= length;
    this.#lentBytes += length;
    slab.hold();
    return slab;
  }

  /** Called by a slab when its last hold is released. */
  takeBack(slab: Slab): void {
    const { length } = slab.bytes;
    const { idleBytesMax } = this.#limits;
    this.#lentBytes -= length;
    // What can never be kept takes no room from what is.
    if (length > idleBytesMax) return;
    if (this.#idleBytes + length > idleBytesMax) this.#makeRoom(length);
    if (this.#idleBytes + length <= idleBytesMax) {
      const idle = this.#idle.get(length);
      if (idle === undefined) this.#idle.set(length, [slab]);
      else idle.push(slab);
      this.#idleBytes += length;
    }
  }

  /** Gives up slabs of other classes than that of `length`, those first of which none came back for the longest time. */
  #makeRoom(length: number): void {
    for (const [other, idle] of this.#idle) {
      if (other === length) continue;
      while (idle.length > 0 && this.#idleBytes + length > this.#limits.idleBytesMax) {
        idle.pop();
        this.#idleBytes -= other;
      }
    }
    // The classes are in the order of use as far as it matters: of those that came back when there was no room.
    const idle = this.#idle.get(length) ?? [];
    this.#idle.delete(length);
    this.#idle.set(length, idle);
  }
}

function slabLength(bytes: number): number {
  let length = CLASS_BYTES_MIN;
  while (length + HEADER_ROOM_BYTES < bytes) length *= 2;
  return length + HEADER_ROOM_BYTES;
}
