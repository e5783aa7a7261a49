/**
 * The client's state machine against a server that says anything. It throws nothing, ends once, answers each request once,
 * has read what it was told and nothing else, writes nothing beside the memory that it was lent, holds none in the end, and
 * does the same however the bytes are cut.
 */
import { isDeepStrictEqual } from 'node:util';
import { Command } from '@nbd/codec';
import type { ReplyMode } from '@nbd/session';
import { Dice } from '../../../../packages/session/test/client/dice.ts';
import { ModelServer } from '../../../../packages/session/test/client/model-server.ts';
import type { Chance } from '../chance.ts';
import type { Input } from '../input.ts';
import type { Target } from '../target.ts';
import { checkData } from './client-data.ts';
import { ClientPlay } from './client-play.ts';
import { WAY_MODES } from './client-wishes.ts';
import { letIn } from './let-in.ts';
import { EXPORT_BYTES, serverMessage } from './server-messages.ts';

export const clientSessionTarget: Target = {
  name: 'client-session',
  about: 'the state machine of a client, against any server',
  sources: ['/packages/session/src/', '/packages/codec/src/'],
  seeds: () => WAY_MODES.flatMap((mode, way) => [seed(mode, way, 7), seed(mode, way, 90)]),
  makeMessage: serverMessage,
  makeOpening: openingFor,
  execute({ choices, messages }: Input): string {
    const whole = new ClientPlay(new Dice([...choices]));
    for (const message of messages) whole.hears([message]);
    whole.hearsEnd();
    check(whole);
    checkData(whole, messages);
    const cut = new ClientPlay(new Dice([...choices]));
    const dice = new Dice([...choices]);
    cut.transcript.lands = dice.oneIn(2);
    for (const message of messages) cut.hears(message.length === 0 ? [message] : dice.cut(message));
    cut.hearsEnd();
    check(cut);
    expectSame(cut, whole);
    return wordOf(whole);
  },
};

/** A client is greeted, and mostly let in: what may be wrong then are replies to its requests. */
function openingFor([first = 0]: Uint8Array, chance: Chance): readonly Uint8Array[] {
  const whole = letIn(first % WAY_MODES.length);
  return chance.oneIn(3) ? whole.slice(0, 1 + chance.below(whole.length)) : whole;
}

/** A conversation with a server that does as it should. */
function seed(mode: ReplyMode, way: number, choice: number): Input {
  const choices = Uint8Array.of(way, choice, 30, choice + 2, 4);
  const client = new ClientPlay(new Dice([...choices]));
  const messages = letIn(way);
  for (const message of messages) client.hears([message]);
  const server = new ModelServer(mode, EXPORT_BYTES, new Dice([choice, 3, 77, 5]));
  server.hears(client.said.at(-1) ?? new Uint8Array(0));
  return { choices, messages: [...messages, ...replies(server.says(true), mode, client)] };
}

/** What a server says, a message for each simple reply and each chunk. */
function replies(bytes: Uint8Array, mode: ReplyMode, { asked }: ClientPlay): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const endOf = (at: number): number => {
    if (mode === 'structured') return at + 20 + view.getUint32(at + 16);
    if (mode === 'extended') return at + 32 + view.getUint32(at + 28);
    const slot = view.getUint32(at + 12);
    const isDone = view.getUint32(at + 4) === 0;
    const request = asked?.requests.find(({ cookieLow }) => cookieLow === slot);
    return at + 16 + (isDone ? (request?.target.length ?? 0) : 0);
  };
  const messages: Uint8Array[] = [];
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = endOf(at);
    messages.push(bytes.slice(at, end));
  }
  return messages;
}

function check({ told, asked, transcript }: ClientPlay): void {
  const ends = told.filter(({ kind }) => kind === 'ended').length;
  if (ends !== 1 || told.at(-1)?.kind !== 'ended') {
    throw new Error(`expected one end, and last, found ${ends}`);
  }
  const tags = told.flatMap((event) => (event.kind === 'answered' ? [event.tag as number] : []));
  const expected = (asked?.requests ?? []).map((_, tag) => tag);
  if (
    !isDeepStrictEqual(
      tags.toSorted((a, b) => a - b),
      expected,
    )
  ) {
    throw new Error(`expected one answer for each of ${expected.length}, found ${tags.join()}`);
  }
  if (asked?.memory.every(({ isIntact }) => isIntact) === false) {
    throw new Error('bytes were written beside a target');
  }
  const { lentBytes } = transcript.pool;
  if (lentBytes !== 0) throw new Error(`${lentBytes} bytes are not given back`);
}

function expectSame(found: ClientPlay, expected: ClientPlay): void {
  const [events, expectedEvents] = [found, expected].map(({ told }) => told.map(withoutPlace));
  if (!isDeepStrictEqual(events, expectedEvents)) {
    throw new Error(`cut: expected ${spell(expectedEvents)}, found ${spell(events)}`);
  }
  if (!isDeepStrictEqual(found.heard, expected.heard)) throw new Error('cut: says something else');
  if (!isDeepStrictEqual(dataOf(found), dataOf(expected))) throw new Error('cut: other data');
}

/** What was read. */
function dataOf({ asked }: ClientPlay): readonly Uint8Array[] {
  return (asked?.memory ?? []).map(({ target }) => target);
}

/** Why a session ended may tell a place in what was received, which the cut decides. */
function withoutPlace(event: ClientPlay['told'][number]): unknown {
  if (event.kind === 'ended') return { ...event, text: placeless(event.text) };
  if (event.kind !== 'answered' || event.failure?.kind !== 'ended') return event;
  return { ...event, failure: { ...event.failure, text: placeless(event.failure.text) } };
}

function placeless(words: string): string {
  return words.replace(/ at \d+/, '');
}

function spell(events: readonly unknown[] | undefined): string {
  return JSON.stringify(events).slice(0, 400);
}

/** The kinds of events that there were, and how it ended; READs tell how they fared, the other requests whether some failed. */
function wordOf({ told }: ClientPlay): string {
  const kinds = new Set(
    told.map((event) => {
      if (event.kind === 'ended') return `ended ${event.reason}`;
      if (event.kind !== 'answered') return event.kind;
      const outcome = event.failure?.kind ?? 'done';
      return event.type === Command.READ ? `READ ${outcome}` : outcome;
    }),
  );
  return [...kinds].toSorted().join(', ');
}
