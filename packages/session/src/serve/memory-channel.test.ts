import { expect, test } from 'vitest';
import type { Channel, ChannelReceiver } from './channel.ts';
import { memoryChannelPair } from './memory-channel.ts';

/** Writes down what it is told. */
class Witness implements ChannelReceiver {
  readonly channel: Channel;
  readonly told: string[] = [];

  constructor(channel: Channel) {
    this.channel = channel;
    channel.start(this);
  }

  received(bytes: Uint8Array): void {
    this.told.push(`received ${[...bytes].join(' ')}`);
  }

  sent(): void {
    this.told.push('sent');
  }

  ended(): void {
    this.told.push('ended');
  }

  closed(error: Error | undefined): void {
    this.told.push(error === undefined ? 'closed' : `closed ${error.message}`);
  }

  send(...segments: number[][]): boolean {
    return this.channel.send(segments.map((segment) => Uint8Array.from(segment)));
  }
}

function pair(): [Witness, Witness] {
  const [one, other] = memoryChannelPair();
  return [new Witness(one), new Witness(other)];
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** What the witness was told of bytes and ends, leaving out when its own were taken. */
function heard({ told }: Witness): string[] {
  return told.filter((what) => what !== 'sent');
}

test('bytes arrive in order, both ways, never within the call that sends them', async () => {
  const [one, other] = pair();
  one.send([1], [2, 3]);
  one.send([4]);
  other.send([9]);
  expect(other.told).toEqual([]);
  await settled();
  expect(heard(other)).toEqual(['received 1', 'received 2 3', 'received 4']);
  expect(heard(one)).toEqual(['received 9']);
});

test('what is sent before the peer has begun is kept for it', async () => {
  const [one, other] = memoryChannelPair();
  one.send([Uint8Array.of(7)]);
  await settled();
  const late = new Witness(other);
  await settled();
  expect(heard(late)).toEqual(['received 7']);
});

test('each send that answers false is told as sent once its memory is free, and queuedBytes shows the way', async () => {
  const [one, other] = pair();
  other.channel.pause();
  const answers = [one.send([1, 2]), one.send([3], [4])];
  const lent = answers.filter((done) => !done).length;
  expect(one.channel.queuedBytes).toBe(4);
  await settled();
  expect(other.told).toEqual([]);
  expect(one.channel.queuedBytes).toBe(4);
  other.channel.resume();
  await settled();
  expect(heard(other)).toEqual(['received 1 2', 'received 3', 'received 4']);
  expect(one.channel.queuedBytes).toBe(0);
  expect(one.told).toEqual(Array.from({ length: lent }, () => 'sent'));
});

test('a peer that pauses while it receives gets no more until it resumes', async () => {
  const [one, other] = pair();
  other.received = (bytes) => {
    other.told.push(`received ${bytes[0]}`);
    other.channel.pause();
  };
  one.send([1], [2], [3]);
  await settled();
  expect(heard(other)).toEqual(['received 1']);
  other.channel.resume();
  await settled();
  expect(heard(other)).toEqual(['received 1', 'received 2']);
});

test('an end comes after all that was sent, and both ends close both', async () => {
  const [one, other] = pair();
  one.send([1]);
  one.channel.end();
  await settled();
  expect(heard(other)).toEqual(['received 1', 'ended']);
  other.send([2]);
  other.channel.end();
  await settled();
  expect(heard(other)).toEqual(['received 1', 'ended', 'closed']);
  expect(heard(one), 'what comes after its own end is dropped').toEqual(['ended', 'closed']);
});

test('an end waits for a peer that has paused', async () => {
  const [one, other] = pair();
  other.channel.pause();
  one.send([1]);
  one.channel.end();
  await settled();
  expect(other.told).toEqual([]);
  other.channel.resume();
  await settled();
  expect(heard(other)).toEqual(['received 1', 'ended']);
});

test('what is sent after the end goes nowhere, and holds no memory', async () => {
  const [one, other] = pair();
  one.channel.end();
  one.channel.end();
  expect(one.send([1])).toBe(true);
  await settled();
  expect(heard(other)).toEqual(['ended']);
});

test('a drop closes both at once, whatever is queued, and is told once', async () => {
  const [one, other] = pair();
  other.channel.pause();
  one.send([1]);
  one.channel.drop();
  other.channel.drop();
  expect(one.told).toEqual([]);
  await settled();
  expect(heard(one)).toEqual(['closed']);
  expect(heard(other)).toEqual(['closed']);
  expect(one.send([1])).toBe(true);
  expect(one.channel.queuedBytes, 'so that nobody makes more').toBe(Number.POSITIVE_INFINITY);
  other.channel.resume();
  await settled();
  expect(heard(other)).toEqual(['closed']);
});

test('a task is deferred, not run', async () => {
  const [one] = memoryChannelPair();
  let ran = false;
  one.defer(() => {
    ran = true;
  });
  expect(ran).toBe(false);
  await settled();
  expect(ran).toBe(true);
});
