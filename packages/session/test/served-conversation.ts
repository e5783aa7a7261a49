/**
 * A scripted peer for `serveChannel`, over a pair of channels in memory: what a client says goes
 * through the pump and a driver, and `hears` waits until everything that can happen has happened.
 */
import { Option } from '@nbd/codec';
import { type Driver, type ExportContext, type ExportSource, oneExport } from '@nbd/driver';
import {
  advertise,
  BufferPool,
  type Channel,
  type ChannelReceiver,
  DEFAULT_LIMITS,
  type EndReason,
  memoryChannelPair,
  type Observer,
  type ReplyMode,
  type RequestFailure,
  type ServedSession,
  type SessionLimits,
  serveChannel,
  Tally,
} from '../src/index.ts';
import { agreement, clientFlags, concat, go } from './client-bytes.ts';
import { expectBytes, expectEqual } from './expectations.ts';
import { ack, exportInfo, greeting } from './server-bytes.ts';

export interface ServedConversationOptions {
  /** Its one export, under any of the names '' and 'disk'. */
  readonly driver?: Driver;
  readonly exports?: ExportSource;
  readonly limits?: Partial<SessionLimits>;
  readonly pool?: BufferPool;
  readonly measure?: NonNullable<Observer['measure']>;
  /** Of the server's channel: see `Channel.lendsFrom`. */
  readonly lendsFrom?: number;
}

export const CONTEXT: ExportContext = { peer: 'a test' };

/** All that is decided in microtasks is decided. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export class ServedConversation {
  readonly pool: BufferPool;
  readonly served: ServedSession;
  readonly tally: Tally = new Tally();
  readonly client: ServedClient;
  /** What the observer was told. */
  readonly failures: RequestFailure[] = [];
  readonly sourceFailures: unknown[] = [];
  readonly closeFailures: unknown[] = [];
  readonly reasons: EndReason[] = [];
  /** What it has entered in, once it has. */
  replyMode: ReplyMode = 'simple';
  /** The disk, unless there is a source of its own. */
  readonly driver: Driver | undefined;

  constructor(options: ServedConversationOptions) {
    const { driver, exports, limits, measure, lendsFrom, pool = new BufferPool() } = options;
    const [ours, theirs] = memoryChannelPair();
    if (lendsFrom !== undefined) Object.assign(ours, { lendsFrom });
    this.pool = pool;
    this.driver = driver;
    const observer: Observer = {
      requestFailed: (failure) => void this.failures.push(failure),
      sourceFailed: (error) => void this.sourceFailures.push(error),
      closeFailed: (error) => void this.closeFailures.push(error),
      ended: (reason) => void this.reasons.push(reason),
      ...(measure !== undefined && { measure }),
    };
    this.served = serveChannel(ours, {
      exports: exports ?? oneExport({ name: 'disk', driver: driver as Driver }),
      context: CONTEXT,
      ...(limits !== undefined && { limits }),
      pool,
      observer,
      tally: this.tally,
    });
    this.client = new ServedClient(theirs);
  }

  /** The client enters the export by GO. */
  async enters(): Promise<ServedClient> {
    const { client } = this;
    const driver = this.driver as Driver;
    const opened = { name: 'disk', driver, close: () => undefined };
    const { size, transmissionFlags } = advertise(opened, DEFAULT_LIMITS);
    client.says(clientFlags(3), go('disk'));
    await client.hears(greeting(), exportInfo(Option.GO, size, transmissionFlags), ack(Option.GO));
    return client;
  }

  /** The client enters in that form of replies, with those contexts of the export selected, in whatever way it is told. */
  async entersIn(replyMode: ReplyMode, contexts: readonly string[]): Promise<ServedClient> {
    const { client } = this;
    this.replyMode = replyMode;
    client.says(clientFlags(3), agreement(replyMode, 'disk', ...contexts), go('disk'));
    await client.heard();
    expectEqual(this.served.phase, 'transmission');
    return client;
  }

  /** The client disconnects, the session is over, and all memory is back. */
  async ends(): Promise<void> {
    this.client.leaves();
    await this.served.done;
    expectEqual(this.pool.lentBytes, 0);
    expectEqual(this.reasons.length, 1);
  }
}

/** A conversation that has entered `driver`. */
export async function serving(
  driver: Driver,
  options: ServedConversationOptions = {},
): Promise<ServedConversation> {
  const talk = new ServedConversation({ ...options, driver });
  await talk.enters();
  return talk;
}

export interface ServedEntrance extends ServedConversationOptions {
  readonly replyMode: ReplyMode;
  /** The contexts to be selected; they get ids from 1 on, "base:allocation" first. */
  readonly contexts?: readonly string[];
}

/** A conversation that has entered `driver` in that form of replies. */
export async function servingIn(
  driver: Driver,
  { replyMode, contexts = [], ...options }: ServedEntrance,
): Promise<ServedConversation> {
  const talk = new ServedConversation({ ...options, driver });
  await talk.entersIn(replyMode, contexts);
  return talk;
}

export class ServedClient implements ChannelReceiver {
  readonly #channel: Channel;
  #heard: Uint8Array[] = [];
  /** Whether the server will send no more; whether all is over. */
  hasEnd = false;
  isClosed = false;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.start(this);
  }

  /** Sends the parts in one piece. */
  says(...parts: readonly Uint8Array[]): void {
    this.#channel.send([concat(...parts)]);
  }

  /** Closes: will send no more, and drops what still comes. */
  leaves(): void {
    this.#channel.end();
  }

  /** Vanishes. */
  drops(): void {
    this.#channel.drop();
  }

  /** Reads no more, for the time being. */
  stops(): void {
    this.#channel.pause();
  }

  resumes(): void {
    this.#channel.resume();
  }

  /** What came since it last looked. */
  async heard(): Promise<Uint8Array> {
    await quiet();
    return concat(...this.#heard.splice(0));
  }

  /** Exactly these bytes came since it last looked. */
  async hears(...parts: readonly Uint8Array[]): Promise<void> {
    expectBytes(await this.heard(), concat(...parts));
  }

  received(bytes: Uint8Array): void {
    this.#heard.push(bytes.slice());
  }

  sent(): void {}

  ended(): void {
    this.hasEnd = true;
  }

  closed(): void {
    this.isClosed = true;
  }
}
