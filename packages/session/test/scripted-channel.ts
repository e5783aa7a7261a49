/**
 * A channel in a test's hands, which says when bytes arrive and when those that were sent are taken. What
 * it has told of it overwrites at once, as a transport would that reads into the same memory again.
 */
import type { Channel, ChannelReceiver } from '../src/index.ts';
import { concat } from './client-bytes.ts';

const POISON = 0xdb;

export class ScriptedChannel implements Channel {
  /** Whether sent bytes are taken at once; false: `takeAll` takes them. */
  readonly #takesAtOnce: boolean;
  #receiver!: ChannelReceiver;
  #lent: (readonly Uint8Array[])[] = [];
  #taken: Uint8Array[] = [];
  /** Of a `send` that is not taken at once: how many of its last bytes are still needed; those before are taken. */
  keptBytes: number = Number.POSITIVE_INFINITY;
  /** From how many bytes on it is lent the memory of disks. */
  lendsFrom: number = Number.POSITIVE_INFINITY;
  /** How often `send` was called. */
  sends = 0;
  queuedBytes = 0;
  paused = false;
  ended = false;
  dropped = false;

  constructor({ takesAtOnce = true }: { readonly takesAtOnce?: boolean } = {}) {
    this.#takesAtOnce = takesAtOnce;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
  }

  send(segments: readonly Uint8Array[]): boolean {
    this.sends++;
    if (this.#takesAtOnce) {
      for (const segment of segments) this.#taken.push(segment.slice());
      return true;
    }
    this.#lent.push(this.#needed(segments));
    for (const segment of segments) this.queuedBytes += segment.length;
    return false;
  }

  /** Copies what is taken at once, which may be overwritten from now on. */
  #needed(segments: readonly Uint8Array[]): readonly Uint8Array[] {
    let behind = segments.reduce((sum, { length }) => sum + length, 0);
    return segments.map((segment) => {
      behind -= segment.length;
      return behind < this.keptBytes ? segment : segment.slice();
    });
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  drop(): void {
    this.dropped = true;
  }

  defer(task: () => void): void {
    void Promise.resolve().then(task);
  }

  /** The client sends the parts in one piece. */
  receives(...parts: readonly Uint8Array[]): void {
    const chunk = concat(...parts);
    this.#receiver.received(chunk);
    chunk.fill(POISON);
  }

  /** Where the session would have the next bytes of the client. */
  get landing(): Uint8Array | undefined {
    return this.#receiver.landing;
  }

  /** The client sends bytes that are read to where the session would have them. */
  lands(bytes: Uint8Array): void {
    this.landing?.set(bytes);
    this.#receiver.landed?.(bytes.length);
  }

  /** The client will send no more. */
  receivesEnd(): void {
    this.#receiver.ended();
  }

  closes(error?: Error): void {
    this.#lent = [];
    this.queuedBytes = 0;
    this.#receiver.closed(error);
  }

  /** The client reads what was sent until there is no more. */
  takeAll(): void {
    for (let segments = this.#lent.shift(); segments !== undefined; segments = this.#lent.shift()) {
      for (const segment of segments) {
        this.#taken.push(segment.slice());
        this.queuedBytes -= segment.length;
      }
      this.#receiver.sent();
    }
  }

  /** What the client has read since this was last asked. */
  heard(): Uint8Array {
    return concat(...this.#taken.splice(0));
  }
}
