/** What a stopwatch is told, and when. */
import { Command, CommandFlag, ErrorCode, spellCommand } from '@nbd/codec';
import { type Driver, DriverError } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import type { ErrorsTold, InFlight, ReplyMode, Stopwatch } from '../src/index.ts';
import { content, read, request, requestIn, write } from './client-bytes.ts';
import { type ServedConversation, serving, servingIn } from './served-conversation.ts';

const MIB = 2 ** 20;

/** A disk that does nothing, at once. */
function idleDisk(size: number): Driver {
  return { size, read: () => undefined, write: () => undefined, flush: () => undefined };
}

/** Keeps what it is told, one word or two for each. */
class Record implements Stopwatch {
  readonly events: string[] = [];
  told: ErrorsTold | undefined;

  turnBegins(): void {
    this.events.push('turn');
  }

  begins(asked: InFlight): void {
    this.events.push(`begins ${nameOf(asked)}`);
  }

  diskBegins(asked: InFlight): void {
    this.events.push(`disk begins ${nameOf(asked)}`);
  }

  diskEnds(asked: InFlight): void {
    this.events.push(`disk ends ${nameOf(asked)}`);
  }

  answered(asked: InFlight, bytes: number): void {
    this.events.push(`answered ${nameOf(asked)} ${bytes}`);
  }

  sends(): void {
    this.events.push('sends');
  }

  sent(): void {
    this.events.push('sent');
  }

  turnEnds(isBehind: boolean): void {
    this.events.push(isBehind ? 'behind' : 'end');
  }

  /** What came since it was last asked, without turns in which nothing happened. */
  news(): readonly string[] {
    return this.events
      .splice(0)
      .join(', ')
      .replaceAll(/turn, end(, |$)/g, '')
      .replace(/, $/, '')
      .split(', ');
  }
}

function nameOf({ type }: InFlight): string {
  return spellCommand(type);
}

async function measured(
  driver: Driver,
  replyMode?: ReplyMode,
): Promise<ServedConversation & { readonly record: Record }> {
  const record = new Record();
  const measure = (_facts: unknown, told: ErrorsTold): Stopwatch => {
    record.told = told;
    return record;
  };
  const talk =
    replyMode === undefined
      ? await serving(driver, { measure })
      : await servingIn(driver, { measure, replyMode, contexts: ['base:allocation'] });
  record.news();
  return Object.assign(talk, { record });
}

describe('a disk that answers at once', () => {
  test('has all requests of a turn between its begin and its send', async () => {
    const { client, record } = await measured(idleDisk(MIB));
    client.says(read(0, 10), write(0, content(20)), request({ type: Command.FLUSH }));
    await client.heard();
    expect(record.news()).toEqual([
      'turn',
      'begins READ',
      'disk ends READ',
      'answered READ 10',
      'begins WRITE',
      'disk ends WRITE',
      'answered WRITE 20',
      'begins FLUSH',
      'disk ends FLUSH',
      'answered FLUSH 0',
      'sends',
      'sent',
      'end',
    ]);
  });

  test('is not heard of for requests that it is not given, but errors are counted', async () => {
    const { client, record } = await measured(idleDisk(MIB));
    client.says(read(MIB, 1), read(0, 0), request({ type: 77 }));
    await client.heard();
    expect(record.news()).toEqual(['turn', 'sends', 'sent', 'end']);
    expect(record.told?.errors).toEqual(new Map([[ErrorCode.EINVAL, 2]]));
  });
});

test('what a disk answers later ends between two turns, and is sent in the next', async () => {
  const later: Driver = { size: MIB, read: async () => undefined };
  const { client, record } = await measured(later);
  client.says(read(0, 10));
  await client.heard();
  const news = record.news();
  expect(news).toEqual([
    'turn',
    'begins READ',
    'end',
    'disk ends READ',
    'answered READ 10',
    'turn',
    'sends',
    'sent',
    'end',
  ]);
});

test('a failure is an answer of no bytes', async () => {
  const { client, record } = await measured({
    size: MIB,
    read: () => {
      throw new DriverError('ENOMEM', 'no');
    },
  });
  client.says(read(0, 10));
  await client.heard();
  expect(record.news().filter((event) => /READ/.test(event))).toEqual([
    'begins READ',
    'disk ends READ',
    'answered READ 0',
  ]);
  expect(record.told?.errors).toEqual(new Map([[ErrorCode.ENOMEM, 1]]));
});

test('so is a fast zero that is refused', async () => {
  const { client, record } = await measured({
    ...idleDisk(MIB),
    zero: () => {
      throw new DriverError('ENOTSUP', 'no');
    },
  });
  const flags = CommandFlag.FAST_ZERO;
  client.says(request({ type: Command.WRITE_ZEROES, flags, length: 10 }));
  await client.heard();
  expect(record.news().filter((event) => event.includes('answered'))).toEqual([
    'answered WRITE_ZEROES 0',
  ]);
});

describe.each(['structured', 'extended'] as const)('%s replies', (replyMode) => {
  test('a long READ is with the disk for each of its pieces, and answered once', async () => {
    const { client, record } = await measured(idleDisk(2 * MIB), replyMode);
    client.says(requestIn(replyMode, { type: Command.READ, length: 2 * MIB }));
    await client.heard();
    const news = record.news();
    const count = (what: string) => news.filter((event) => event === what).length;
    expect(count('begins READ')).toBe(1);
    expect(count('disk begins READ')).toBeGreaterThan(1);
    expect(count('disk ends READ')).toBe(count('disk begins READ'));
    expect(count(`answered READ ${2 * MIB}`)).toBe(1);
  });

  test('a BLOCK_STATUS is answered when it is told', async () => {
    const { client, record } = await measured(idleDisk(MIB), replyMode);
    client.says(requestIn(replyMode, { type: Command.BLOCK_STATUS, length: MIB }));
    await client.heard();
    expect(record.news().filter((event) => /STATUS/.test(event))).toEqual([
      'begins BLOCK_STATUS',
      'disk ends BLOCK_STATUS',
      'answered BLOCK_STATUS 0',
    ]);
  });
});

test('a client that takes nothing is behind until it does', async () => {
  const { client, record } = await measured(idleDisk(MIB));
  client.stops();
  client.says(...Array.from({ length: 64 }, () => read(0, 65_536)));
  await client.heard();
  expect(record.events.at(-1)).toBe('behind');
  client.resumes();
  while ((await client.heard()).length > 0);
  expect(record.events.at(-1)).toBe('end');
});
