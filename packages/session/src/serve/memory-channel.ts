/**
 * Two channels in memory, each other's peer: for tests, and for a client and a server in one process.
 */
import type { Channel, ChannelReceiver } from './channel.ts';

/** A pair of channels: what one sends, the other receives, in a microtask of its own. */
export function memoryChannelPair(): [Channel, Channel] {
  const there = new Pipe();
  const back = new Pipe();
  return [new MemoryChannel(back, there), new MemoryChannel(there, back)];
}

interface Chunk {
  readonly bytes: Uint8Array;
  /** The last one of its send. */
  readonly last: boolean;
}

/** One direction: chunks that were sent and not yet received. They are lent, not copied. */
class Pipe {
  readonly chunks: Chunk[] = [];
  bytes = 0;
  /** Nothing more will be sent. */
  ended = false;
  /** Whoever receives looks here after each change. */
  changed: () => void = () => undefined;
  /** Whoever sends looks here after each send that was received whole. */
  taken: () => void = () => undefined;
  /** The sender is gone, and so is what it sent. */
  broken = false;
}

class MemoryChannel implements Channel {
  readonly #incoming: Pipe;
  readonly #outgoing: Pipe;
  #receiver: ChannelReceiver | undefined;
  #paused = false;
  #scheduled = false;
  #endTold = false;
  #closed = false;

  constructor(incoming: Pipe, outgoing: Pipe) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    incoming.changed = () => this.#schedule();
    outgoing.taken = () => this.#receiver?.sent();
  }

  get queuedBytes(): number {
    return this.#outgoing.broken ? Number.POSITIVE_INFINITY : this.#outgoing.bytes;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    this.#schedule();
  }

  send(segments: readonly Uint8Array[]): boolean {
    const pipe = this.#outgoing;
    if (pipe.ended || pipe.broken) return true;
    for (const [i, bytes] of segments.entries()) {
      pipe.chunks.push({ bytes, last: i === segments.length - 1 });
      pipe.bytes += bytes.length;
    }
    pipe.changed();
    return segments.length === 0;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  end(): void {
    this.#outgoing.ended = true;
    this.#outgoing.changed();
    this.resume();
  }

  drop(): void {
    for (const pipe of [this.#incoming, this.#outgoing]) {
      pipe.broken = true;
      pipe.chunks.length = 0;
      pipe.bytes = 0;
      pipe.changed();
    }
  }

  defer(task: () => void): void {
    void Promise.resolve().then(task);
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed || this.#receiver === undefined) return;
    this.#scheduled = true;
    this.defer(() => {
      this.#scheduled = false;
      this.#deliver(this.#receiver as ChannelReceiver);
    });
  }

  #deliver(receiver: ChannelReceiver): void {
    const pipe = this.#incoming;
    while (!this.#paused && !pipe.broken) {
      const chunk = pipe.chunks.shift();
      if (chunk === undefined) break;
      pipe.bytes -= chunk.bytes.length;
      // Once we have ended, what the peer still says is dropped.
      if (!this.#outgoing.ended) receiver.received(chunk.bytes);
      if (chunk.last) pipe.taken();
    }
    if (pipe.ended && pipe.bytes === 0 && !this.#endTold && !pipe.broken) {
      this.#endTold = true;
      receiver.ended();
    }
    if (pipe.broken || (this.#endTold && this.#outgoing.ended)) this.#close(receiver);
  }

  #close(receiver: ChannelReceiver): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outgoing.changed();
    receiver.closed(undefined);
  }
}
