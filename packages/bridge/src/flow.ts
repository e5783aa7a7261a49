/**
 * One direction of a conversation: what a source says goes to a sink, and the source is held back while
 * the sink has much that nobody has taken.
 */
import { LIMITS } from '@nbd/server';

export interface FlowSource {
  pause(): void;
  resume(): void;
}

export interface FlowSink {
  /** Sends; `taken` is called once the network has it, or never will. */
  send(bytes: Uint8Array, taken: () => void): void;
  /** Bytes that were sent and that the network has not taken. */
  readonly unsentBytes: number;
}

/** What a sink may have; it is passed by what the source had at hand. */
const UNSENT_BYTES_MAX = 2 ** 20;

/** The same in messages, as a small one costs more than its bytes. */
const UNSENT_MESSAGES_MAX = 1024;

/** A sink that takes less in a second has stalled, as a client of a server has. */
const TAKEN_BYTES_PER_SECOND_MIN = LIMITS.stallBytesPerSecondMin.default;

export class Flow {
  readonly #source: FlowSource;
  readonly #sink: FlowSink;
  readonly #stallMillis: number;
  readonly #stalled: () => void;
  #bytes = 0;
  #unsentMessages = 0;
  /** Runs while the source is held back. */
  #watch: NodeJS.Timeout | undefined;

  /** `stalled` is called when the sink takes next to nothing for `stallMillis`. */
  constructor(source: FlowSource, sink: FlowSink, stallMillis: number, stalled: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#stallMillis = stallMillis;
    this.#stalled = stalled;
  }

  /** What has passed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the source is held back. */
  get isHeld(): boolean {
    return this.#watch !== undefined;
  }

  pass(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#unsentMessages++;
    this.#sink.send(bytes, this.#taken);
    if (this.isHeld || this.#isWithin(1)) return;
    this.#source.pause();
    this.#watchSink();
  }

  /** Lets go of the source. Nothing is passed any more. */
  stop(): void {
    if (!this.isHeld) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#source.resume();
  }

  readonly #taken = (): void => {
    this.#unsentMessages--;
    if (this.isHeld && this.#isWithin(1 / 2)) this.stop();
  };

  #isWithin(share: number): boolean {
    return (
      this.#sink.unsentBytes <= UNSENT_BYTES_MAX * share &&
      this.#unsentMessages <= UNSENT_MESSAGES_MAX * share
    );
  }

  #watchSink(): void {
    const period = this.#stallMillis / 2;
    const least = Math.ceil((TAKEN_BYTES_PER_SECOND_MIN * period) / 1000);
    let before: number | undefined;
    const look = (): void => {
      if (this.#watch !== watch) return;
      const taken = this.#bytes - this.#sink.unsentBytes;
      if (before !== undefined && taken - before < least) this.#stalled();
      before = taken;
    };
    // A sink may take what this process could not hand over while it had no processor: then is the time to look.
    const watch = setInterval(() => setImmediate(look), period);
    this.#watch = watch;
  }
}
