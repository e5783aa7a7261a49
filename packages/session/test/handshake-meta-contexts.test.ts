/** Spec: "Metadata querying", "NBD_OPT_LIST_META_CONTEXT", "NBD_OPT_SET_META_CONTEXT". */
import { Command, ErrorCode, Option, OptionReply } from '@nbd/codec';
import { describe, expect, test } from 'vitest';
import type { AvailableContext } from '../src/index.ts';
import {
  concat,
  content,
  contextsOption,
  go,
  infoOption,
  option,
  optionHead,
  read,
  request,
  text,
  written,
} from './client-bytes.ts';
import { type Conversation, factsOf, haggling } from './conversation.ts';
import { ack, metaContext } from './server-bytes.ts';

const { LIST_META_CONTEXT: LIST, SET_META_CONTEXT: SET, STRUCTURED_REPLY } = Option;
const BASE = 'base:allocation';
const MONDAY = 'qemu:dirty-bitmap:monday';
const TUESDAY = 'qemu:dirty-bitmap:tuesday';
const HEAT = 'x-test:heat';
const ALL: readonly AvailableContext[] = [
  { name: BASE },
  { name: MONDAY },
  { name: TUESDAY },
  { name: HEAT, wide: true },
];
const NAMES_32 = [BASE, MONDAY, TUESDAY];

function structured(): Conversation {
  const talk = haggling();
  talk.client.says(option(STRUCTURED_REPLY));
  talk.client.hears(ack(STRUCTURED_REPLY));
  return talk;
}

/** Asks, is granted all there is, and hears of exactly these contexts. */
function expectContexts(
  talk: Conversation,
  number: number,
  queries: string[],
  names: string[],
): void {
  const { client, host } = talk;
  client.says(contextsOption(number, 'disk', ...queries));
  host.isAsked({ kind: 'contexts', option: number, exportName: 'disk' });
  host.grantsContexts(ALL);
  const told = names.map((name, i) => metaContext(number, number === SET ? i + 1 : 0, name));
  client.hears(...told, ack(number));
}

/** Enters the export, and finds out whether a context of it is selected. */
function isSelected(talk: Conversation, name = 'disk'): boolean {
  const { client, host, session } = talk;
  client.says(go(name));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: name });
  host.grants(factsOf({ name }));
  client.hearsAnything();
  expect(session.phase).toBe('transmission');
  client.says(request({ type: Command.BLOCK_STATUS, length: 512, cookie: 7 }));
  if (session.inFlight === 1) return true;
  // Refused, so nothing is asked of the host (C-250), and the next request is heard.
  client.hearsAnything();
  client.says(read(0, 1));
  expect(session.inFlight).toBe(1);
  return false;
}

describe('LIST_META_CONTEXT', () => {
  test.each([
    ['C-152 no query: all', [], NAMES_32],
    ['C-153 a namespace', ['base:'], [BASE]],
    ['C-153 a name', [BASE], [BASE]],
    ['the beginning of a leaf that ends in a colon', ['qemu:dirty-bitmap:'], [MONDAY, TUESDAY]],
    ['C-150 an unknown namespace', ['nobody:', 'nobody:x'], []],
    ['C-150 an unknown leaf', ['base:unknown'], []],
    ['C-151 no colon', ['base', ''], []],
    ['a beginning that does not end in a colon', ['base:alloc', 'qemu:dirty'], []],
    ['two queries for one context', [BASE, 'base:'], [BASE]],
  ])('C-164 %s', (_what, queries, names) => {
    expectContexts(structured(), LIST, queries, names);
  });

  test('C-146 needs no structured replies', () => {
    expectContexts(haggling(), LIST, [], NAMES_32);
  });

  test('C-163 tells of a context of 64 bits only with extended headers', () => {
    const talk = haggling();
    talk.client.says(option(Option.EXTENDED_HEADERS));
    talk.client.hears(ack(Option.EXTENDED_HEADERS));
    expectContexts(talk, LIST, [], [...NAMES_32, HEAT]);
  });
});

describe('SET_META_CONTEXT', () => {
  test.each([
    ['C-155 no query', [], []],
    ['C-154 a namespace', ['base:', 'qemu:dirty-bitmap:'], []],
    ['C-156 two names, each with an id of its own', [TUESDAY, BASE], [BASE, TUESDAY]],
    ['C-156 one name twice', [BASE, BASE], [BASE]],
    ['C-150 C-151 unknown names', ['nobody:x', 'base:x', 'base', ''], []],
    ['C-163 one of 64 bits', [HEAT], []],
  ])('%s', (_what, queries, names) => {
    const talk = structured();
    expectContexts(talk, SET, queries, names);
    expect(isSelected(talk)).toBe(names.length > 0);
  });

  test('C-147 without structured replies is invalid, and selects nothing', () => {
    const talk = haggling();
    talk.client.says(contextsOption(SET, 'disk', BASE));
    talk.client.hearsRefusal(SET, OptionReply.ERR_INVALID);
    expect(isSelected(talk)).toBe(false);
  });

  test('C-159 of an unknown export tells so, and selects nothing', () => {
    const talk = structured();
    expectContexts(talk, SET, [BASE], [BASE]);
    talk.client.says(contextsOption(SET, 'none', BASE));
    talk.host.isAsked({ kind: 'contexts', option: SET, exportName: 'none' });
    talk.host.refuses(OptionReply.ERR_UNKNOWN, 'there is none');
    talk.client.hearsRefusal(SET, OptionReply.ERR_UNKNOWN);
    expect(isSelected(talk)).toBe(false);
  });

  test.each([
    ['malformed', option(SET, content(9)), OptionReply.ERR_INVALID],
    ['too big (C-158)', option(SET, new Uint8Array(2 ** 20 + 1)), OptionReply.ERR_TOO_BIG],
  ])('C-157 C-047 that is %s clears what was selected before', (_what, bytes, type) => {
    const talk = structured();
    expectContexts(talk, SET, [BASE], [BASE]);
    talk.client.says(bytes);
    talk.client.hearsRefusal(SET, type);
    expect(isSelected(talk)).toBe(false);
  });

  test('C-157 E-21 again, for nothing, clears what was selected before', () => {
    const talk = structured();
    expectContexts(talk, SET, [BASE], [BASE]);
    expectContexts(talk, SET, [], []);
    expect(isSelected(talk)).toBe(false);
  });

  test('C-160 E-21 counts for the very name that was sent', () => {
    const talk = structured();
    expectContexts(talk, SET, [BASE], [BASE]);
    expect(isSelected(talk, '')).toBe(false);
  });

  test('C-161 E-53 lasts over INFO of another, LIST, LIST_META_CONTEXT and a failed GO', () => {
    const talk = structured();
    const { client, host } = talk;
    expectContexts(talk, SET, [BASE], [BASE]);
    client.says(infoOption(Option.INFO, 'other'));
    host.isAsked({ kind: 'open', option: Option.INFO, exportName: 'other' });
    host.grants(factsOf({ name: 'other' }));
    client.says(option(Option.LIST));
    host.isAsked({ kind: 'list' });
    host.lists([]);
    client.hearsAnything();
    expectContexts(talk, LIST, ['qemu:'], [MONDAY, TUESDAY]);
    client.says(go('none'));
    host.isAsked({ kind: 'open', option: Option.GO, exportName: 'none' });
    host.refuses();
    client.hearsRefusal(Option.GO, OptionReply.ERR_UNKNOWN);
    expect(isSelected(talk)).toBe(true);
  });

  test('extended headers agreed on afterwards keep the selection', () => {
    const talk = structured();
    expectContexts(talk, SET, [BASE], [BASE]);
    talk.client.says(option(Option.EXTENDED_HEADERS));
    talk.client.hears(ack(Option.EXTENDED_HEADERS));
    talk.client.says(go('disk'));
    talk.host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
    talk.host.grants(factsOf());
    expect(talk.session.phase).toBe('transmission');
  });
});

/** A request for contexts, with what it says of its lengths. */
function contextsData(nameLength: number, name: Uint8Array, count: number, rest: Uint8Array) {
  return concat(u32(nameLength), name, u32(count), rest);
}

function u32(value: number): Uint8Array {
  return written(4, (view) => view.setUint32(0, value));
}

const query = concat(u32(BASE.length), text(BASE));

describe.each([LIST, SET])('option %i', (number) => {
  test.each([
    ['C-148 fewer than 8 bytes', content(7)],
    ['C-148 a name beyond the end', contextsData(5, text('disk'), 0, new Uint8Array(0))],
    ['C-148 a name of 4 GiB', contextsData(0xffff_ffff, text('disk'), 0, new Uint8Array(0))],
    ['C-148 a query beyond the end', contextsData(4, text('disk'), 1, query.subarray(0, 9))],
    ['C-148 bytes behind the last query', contextsData(4, text('disk'), 1, concat(query, u32(0)))],
    ['C-149 four thousand million queries', contextsData(4, text('disk'), 0xffff_ffff, query)],
    ['C-149 a good query and a bad one', contextsData(4, text('disk'), 2, concat(query, u32(99)))],
    [
      'C-151 a query of 4097 bytes',
      contextsData(4, text('disk'), 1, concat(u32(4097), content(4097))),
    ],
    [
      'C-050 a query with a NUL',
      contextsData(4, text('disk'), 1, concat(u32(1), u32(0).subarray(0, 1))),
    ],
    ['C-049 a name of 4097 bytes', contextsData(4097, content(4097), 0, new Uint8Array(0))],
  ])('C-149 is invalid with %s, and says nothing else', (_what, data) => {
    const { client, host } = structured();
    client.says(option(number, data), optionHead(Option.ABORT, 0));
    client.hearsFirst(refusalHead(number));
    client.hearsAnything();
    host.hasEnded('aborted');
  });
});

/** The first bytes of an ERR_INVALID: magic, option and type. */
function refusalHead(number: number): Uint8Array {
  return concat(
    Uint8Array.of(0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9),
    u32(number),
    u32(OptionReply.ERR_INVALID),
  );
}

test('C-250 BLOCK_STATUS without a selection is an error of the request alone', () => {
  const talk = haggling();
  talk.client.says(go('disk'));
  talk.host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
  talk.host.grants(factsOf());
  talk.client.hearsAnything();
  talk.client.says(request({ type: Command.BLOCK_STATUS, length: 512, cookie: 3 }));
  talk.host.isIdle();
  talk.client.hearsFirst(concat(u32(0x6744_6698), u32(ErrorCode.EINVAL), u32(0), u32(3)));
});
