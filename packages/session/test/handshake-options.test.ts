/** Spec: "Fixed newstyle negotiation", "Option types". */
import { Option, OptionReply, STRING_BYTES_MAX } from '@nbd/codec';
import { expect, test } from 'vitest';
import {
  concat,
  content,
  go,
  infoOption,
  option,
  optionHead,
  text,
  written,
} from './client-bytes.ts';
import { factsOf, haggling } from './conversation.ts';
import { ack, exportInfo } from './server-bytes.ts';

const UNSUPPORTED = [Option.PEEK_EXPORT, 0, 12, 0x7fff_ffff, 0xffff_ffff];

test('C-040 S-14 a wrong option magic ends the session without a reply', () => {
  const { client, host } = haggling();
  const bad = option(Option.LIST);
  bad[7] = 0x55;
  client.says(bad, go());
  host.hasEnded('bad-magic');
  client.hearsNothing();
});

test.each(UNSUPPORTED)(
  'C-041 C-042 C-044 S-02 option %i is answered ERR_UNSUP under its own number, its data is dropped, and the next is heard',
  (number) => {
    const { client, host } = haggling();
    for (const data of [new Uint8Array(0), option(Option.ABORT), new Uint8Array(5000)]) {
      client.says(option(number, data));
      client.hearsRefusal(number, OptionReply.ERR_UNSUP);
    }
    client.says(option(Option.LIST));
    host.isAsked({ kind: 'list' });
  },
);

/** A name and no infos, with any length of the name in its field. */
function namedData(length: number, rest: Uint8Array): Uint8Array {
  return concat(
    written(4, (view) => view.setUint32(0, length)),
    rest,
  );
}

const malformed: readonly (readonly [string, Uint8Array])[] = [
  ['is empty', new Uint8Array(0)],
  ['is shorter than 6 bytes', new Uint8Array(5)],
  ['names more bytes than there are', namedData(5, concat(text('abcd'), new Uint8Array(2)))],
  ['has a name of 2^32 - 1 bytes', namedData(0xffff_ffff, new Uint8Array(2))],
  ['leaves no room for the count', namedData(3, text('abc'))],
  ['counts more infos than there are', namedData(1, concat(text('a'), Uint8Array.of(0, 2, 0, 1)))],
  ['has a tail', namedData(1, concat(text('a'), Uint8Array.of(0, 0, 0)))],
  ['has a NUL in its name', namedData(2, Uint8Array.of(65, 0, 0, 0))],
  ['has a name that is not UTF-8', namedData(2, Uint8Array.of(0xc3, 0x28, 0, 0))],
  [
    'has a name of 4097 bytes',
    namedData(STRING_BYTES_MAX + 1, new Uint8Array(STRING_BYTES_MAX + 3).fill(65, 0, -2)),
  ],
];

test.each(malformed)(
  'C-045 C-049 C-050 C-110 S-01 S-18 S-29 E-06 INFO or GO whose data %s is invalid, and the session goes on',
  (_, data) => {
    const { client, host } = haggling();
    for (const number of [Option.INFO, Option.GO]) {
      client.says(option(number, data));
      client.hearsRefusal(number, OptionReply.ERR_INVALID);
    }
    client.says(go('disk'));
    host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
  },
);

test('C-049 E-31 a name of 4096 bytes is looked up', () => {
  const { client, host } = haggling();
  const name = 'é'.repeat(STRING_BYTES_MAX / 2);
  client.says(go(name));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: name });
});

test('C-051 the text of a refusal is one short line, whatever the name in it', () => {
  const { client, host } = haggling();
  client.says(go('x'));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: 'x' });
  host.refuses(OptionReply.ERR_UNKNOWN, `no "\u0007\r\n\u001b[31m${'😀'.repeat(3000)}`);
  const heard = client.hearsRefusal(Option.GO, OptionReply.ERR_UNKNOWN);
  expect(heard).not.toMatch(/\p{Cc}/u);
  expect(text(heard).length).toBeLessThanOrEqual(STRING_BYTES_MAX);
});

test('C-053 an option that was refused may be said again', () => {
  const { client } = haggling();
  for (let i = 0; i < 3; i++) {
    client.says(option(Option.LIST, content(5)));
    client.hearsRefusal(Option.LIST, OptionReply.ERR_INVALID);
  }
});

test('C-043 INFO and GO end with one ACK and nothing after it', () => {
  const { client, host, session } = haggling();
  const facts = factsOf();
  for (const number of [Option.INFO, Option.GO]) {
    client.says(infoOption(number, 'disk'));
    host.isAsked({ kind: 'open', option: number, exportName: 'disk' });
    expect(session.wantsBytes).toBe(false);
    host.grants(facts);
    client.hears(exportInfo(number, facts.size, facts.transmissionFlags), ack(number));
  }
  expect(session.phase).toBe('transmission');
});

test('C-005 E-17 the end of the stream inside an option ends the session early, between options quietly', () => {
  for (const said of [optionHead(Option.LIST, 4), option(Option.LIST).subarray(0, 9)]) {
    const { client, host } = haggling();
    client.says(said);
    client.leaves();
    host.hasEnded('closed-early');
    client.hearsNothing();
  }
  const { client, host } = haggling();
  client.says(option(77));
  client.leaves();
  host.hasEnded('closed');
});

test('C-007 a client that has shut its half is still answered', () => {
  const { client, host } = haggling();
  client.says(option(Option.LIST));
  client.leaves();
  host.isAsked({ kind: 'list' });
  host.isIdle();
  host.lists([]);
  client.hears(ack(Option.LIST));
  host.hasEnded('closed');
});
