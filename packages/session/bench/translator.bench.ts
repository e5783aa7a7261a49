/**
 * A served session from the bytes of requests to the bytes of replies, without a transport and with a
 * disk that does nothing: what the protocol itself costs. Run by `pnpm bench --micro`.
 */
import { Command, SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { type Driver, oneExport } from '@nbd/driver';
import { type Channel, type ChannelReceiver, type ReplyMode, serveChannel } from '../src/index.ts';
import { agreement, clientFlags, concat, go, requestIn } from '../test/client-bytes.ts';

/** Requests in flight. */
const DEPTH = 64;
const BLOCK_BYTES = 4096;

const IDLE_DISK: Driver = {
  size: DEPTH * BLOCK_BYTES,
  read: () => undefined,
  write: () => undefined,
};

/** What `pnpm bench --micro` reads of a file: `run` does so many operations. */
interface MicroBench {
  readonly name: string;
  readonly operations: number;
  run(): void;
}

/** A channel whose peer takes everything at once. */
class EagerChannel implements Channel {
  readonly queuedBytes = 0;
  receiver!: ChannelReceiver;
  sentBytes = 0;

  start(receiver: ChannelReceiver): void {
    this.receiver = receiver;
  }

  send(segments: readonly Uint8Array[]): boolean {
    for (const segment of segments) this.sentBytes += segment.length;
    return true;
  }

  defer(task: () => void): void {
    queueMicrotask(task);
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  drop(): void {}
}

/** A session in which `batch` is asked for over and over. The disk and the peer answer at once. */
async function conversation(
  name: string,
  replyMode: ReplyMode,
  command: Command,
): Promise<MicroBench> {
  const channel = new EagerChannel();
  serveChannel(channel, {
    exports: oneExport({ driver: IDLE_DISK }),
    context: { peer: 'a benchmark' },
  });
  channel.receiver.received(concat(clientFlags(3), agreement(replyMode, ''), go()));
  await new Promise(setImmediate);
  const isWrite = command === Command.WRITE;
  const payload = { payload: new Uint8Array(isWrite ? BLOCK_BYTES : 0) };
  const batch = concat(
    ...Array.from({ length: DEPTH }, (_, index) =>
      requestIn(replyMode, {
        type: command,
        offset: index * BLOCK_BYTES,
        length: BLOCK_BYTES,
        cookie: index,
        ...payload,
      }),
    ),
  );
  const replyBytesMin = DEPTH * (SIMPLE_REPLY_BYTES + (isWrite ? 0 : BLOCK_BYTES));
  return {
    name,
    operations: DEPTH,
    run(): void {
      channel.sentBytes = 0;
      channel.receiver.received(batch);
      if (channel.sentBytes < replyBytesMin) {
        throw new Error(`expected ${replyBytesMin} bytes of replies, found ${channel.sentBytes}`);
      }
    },
  };
}

export const benches: readonly MicroBench[] = [
  await conversation('translator, READ of 4 KiB', 'simple', Command.READ),
  await conversation('translator, READ of 4 KiB, structured', 'structured', Command.READ),
  await conversation('translator, READ of 4 KiB, extended', 'extended', Command.READ),
  await conversation('translator, WRITE of 4 KiB', 'simple', Command.WRITE),
];
