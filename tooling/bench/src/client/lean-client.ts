/**
 * The lean client: keeps a fixed number of requests in flight and counts the replies. It costs less
 * than the servers it measures, which cannot be said of the tools that there are.
 */
import { Command } from '@nbd/codec';
import { Connection, type Target } from './connection.ts';
import { type OffsetSource, randomOffsets, sequentialOffsets } from './offset-source.ts';
import { ReplyCounter } from './reply-counter.ts';
import type { ReplyForm } from './reply-form.ts';
import { RequestRing } from './request-ring.ts';

export interface Load {
  readonly command: typeof Command.READ | typeof Command.WRITE;
  readonly order: 'sequential' | 'random';
  /** Of the requests, one after the other and then again from the first, in bytes. */
  readonly lengths: readonly number[];
  /** Offsets are multiples of it. */
  readonly stepBytes: number;
  /** The part of the export to stay in, from byte `start` to before `end`. Default: all of it. */
  readonly part?: { readonly start: number; readonly end: number };
  readonly form: ReplyForm;
  /** Requests in flight on each connection. */
  readonly depth: number;
  readonly connections: number;
  readonly runtimeSeconds: number;
}

export interface LeanRun {
  readonly replies: number;
  /** From the first request to the last reply. */
  readonly seconds: number;
  /** From request to reply, ascending; empty unless `depth` is 1. */
  readonly latenciesMicros: Float64Array;
}

/** Latencies that are kept; those after them are like those before. */
const LATENCIES_MAX = 1_000_000;

/** How long after `runtimeSeconds` the last replies must be there. */
const OVERDUE_SECONDS = 10;

/**
 * Puts `load` on the export at `target`.
 *
 * @throws Error if a reply tells of an error, the server closes, or replies stay away
 */
export async function leanRun(target: Target, load: Load): Promise<LeanRun> {
  const connections: Connection[] = [];
  try {
    for (let i = 0; i < load.connections; i++) {
      connections.push(await Connection.enter(target, load.form));
    }
    const lanes = connections.map((connection, index) => new Lane(connection, load, index));
    const run = await drive(lanes, load.runtimeSeconds);
    await Promise.all(connections.map((connection) => connection.leave()));
    return run;
  } finally {
    for (const connection of connections) connection.drop();
  }
}

async function drive(lanes: readonly Lane[], runtimeSeconds: number): Promise<LeanRun> {
  const began = performance.now();
  const stop = setTimeout(() => {
    for (const lane of lanes) lane.stop();
  }, runtimeSeconds * 1000);
  const overdue = setTimeout(
    () => {
      for (const lane of lanes) lane.giveUp();
    },
    (runtimeSeconds + OVERDUE_SECONDS) * 1000,
  );
  try {
    await Promise.all(lanes.map((lane) => lane.run()));
  } finally {
    clearTimeout(stop);
    clearTimeout(overdue);
  }
  return {
    replies: lanes.reduce((sum, { replies }) => sum + replies, 0),
    seconds: (performance.now() - began) / 1000,
    latenciesMicros: Float64Array.from(lanes.flatMap(({ latencies }) => [...latencies])).toSorted(),
  };
}

/** What one connection does. */
class Lane {
  readonly #connection: Connection;
  readonly #ring: RequestRing;
  readonly #counter = new ReplyCounter();
  readonly #depth: number;
  readonly #latencies: Float64Array;
  #latencyCount = 0;
  #sentAt = 0;
  #replies = 0;
  #inFlight = 0;
  #stopping = false;
  #done: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(connection: Connection, load: Load, index: number) {
    const { command, depth, form, lengths } = load;
    this.#connection = connection;
    this.#depth = depth;
    this.#ring = new RequestRing({
      command,
      lengths,
      depth,
      offsets: offsetsOf(connection, load, index),
      form,
    });
    this.#latencies = new Float64Array(depth === 1 ? LATENCIES_MAX : 0);
  }

  get replies(): number {
    return this.#replies;
  }

  get latencies(): Float64Array {
    return this.#latencies.subarray(0, this.#latencyCount);
  }

  /** Fills the window and refills it until `stop`; ends when nothing is in flight. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
      this.#connection.attend((view, length) => this.#receive(view, length), reject);
      this.#send(this.#depth);
    });
  }

  stop(): void {
    this.#stopping = true;
  }

  giveUp(): void {
    this.#fail(new Error(`${this.#inFlight} replies stay away`));
  }

  #send(count: number): void {
    this.#inFlight += count;
    if (this.#depth === 1) this.#sentAt = performance.now();
    this.#connection.send(this.#ring.take(count));
  }

  #receive(view: DataView, length: number): void {
    const replies = this.#counter.count(view, length);
    if (replies === 0) return;
    this.#replies += replies;
    this.#inFlight -= replies;
    if (this.#inFlight < 0) throw new Error('expected one reply to each request, found more');
    if (this.#latencyCount < this.#latencies.length) {
      this.#latencies[this.#latencyCount++] = (performance.now() - this.#sentAt) * 1000;
    }
    if (!this.#stopping) this.#send(replies);
    else if (this.#inFlight === 0) this.#done();
  }
}

function offsetsOf({ sizeBytes }: Connection, load: Load, index: number): OffsetSource {
  const { connections, lengths, order, part = { start: 0, end: sizeBytes }, stepBytes } = load;
  const longest = Math.max(...lengths);
  const places = Math.floor((Math.min(part.end, sizeBytes) - part.start - longest) / stepBytes) + 1;
  if (places < 1)
    throw new Error(`expected an export of at least ${longest} bytes, found ${sizeBytes}`);
  const region = { start: part.start, places, stepBytes };
  return order === 'sequential'
    ? sequentialOffsets(region, Math.floor((places / connections) * index))
    : randomOffsets(region, index + 1);
}
