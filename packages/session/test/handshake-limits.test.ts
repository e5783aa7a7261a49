/** What a client may make us hold, drop and count during the handshake. */
import { Option, OptionReply } from '@nbd/codec';
import { expect, test } from 'vitest';
import { go, option, optionHead } from './client-bytes.ts';
import { haggling } from './conversation.ts';

const LIMITS = { optionBytesMax: 1000, optionDrainBytesMax: 50_000 };

test.each([
  [Option.LIST, OptionReply.ERR_TOO_BIG],
  [Option.GO, OptionReply.ERR_TOO_BIG],
  [Option.SET_META_CONTEXT, OptionReply.ERR_TOO_BIG],
  [Option.PEEK_EXPORT, OptionReply.ERR_UNSUP],
  [77, OptionReply.ERR_UNSUP],
])(
  'C-045 C-047 S-09 E-07 option %i with more data than we hold is dropped piece by piece and answered %i',
  (number, type) => {
    const { client, host, pool } = haggling(3, LIMITS);
    client.says(optionHead(number, 50_000));
    for (let sent = 0; sent < 50_000; sent += 5000) {
      client.hearsNothing();
      client.says(new Uint8Array(5000));
      expect(pool.lentBytes).toBe(0);
    }
    client.hearsRefusal(number, type);
    client.says(option(Option.LIST));
    host.isAsked({ kind: 'list' });
  },
);

test('C-047 data of exactly the limit is read', () => {
  const { client } = haggling(3, LIMITS);
  client.says(option(Option.GO, new Uint8Array(1000)));
  client.hearsRefusal(Option.GO, OptionReply.ERR_INVALID);
  client.says(option(Option.GO, new Uint8Array(1001)));
  client.hearsRefusal(Option.GO, OptionReply.ERR_TOO_BIG);
});

test.each([50_001, 0xffff_ffff])(
  'C-046 S-09 E-32 an option of %i bytes, more than we drop, ends the session without a reply',
  (length) => {
    const { client, host, pool } = haggling(3, LIMITS);
    client.says(optionHead(Option.LIST, length));
    host.hasEnded('option-too-long');
    client.hearsNothing();
    expect(pool.lentBytes).toBe(0);
  },
);

test('C-046 the default limits are 1 MiB held and 32 MiB dropped', () => {
  const { client, host } = haggling();
  client.says(optionHead(Option.LIST, 32 * 2 ** 20));
  host.isIdle();
  const other = haggling();
  other.client.says(optionHead(Option.LIST, 32 * 2 ** 20 + 1));
  other.host.hasEnded('option-too-long');
  const held = haggling();
  held.client.says(option(77, new Uint8Array(2 ** 20)));
  held.client.hearsRefusal(77, OptionReply.ERR_UNSUP);
});

test('C-048 the length of an option reserves nothing before its data comes', () => {
  const { client, pool } = haggling();
  client.says(optionHead(Option.GO, 2 ** 20));
  expect(pool.lentBytes).toBe(0);
});

test('C-052 S-37 the session ends with the option after the last that is allowed', () => {
  const { client, host } = haggling(3, { optionsMax: 3 });
  for (let i = 0; i < 3; i++) {
    client.says(option(77));
    client.hearsRefusal(77, OptionReply.ERR_UNSUP);
  }
  client.says(go());
  host.hasEnded('too-many-options');
  client.hearsNothing();
});

test('C-052 who has been told of exports may ask about each of them', () => {
  const { client, host } = haggling(3, { optionsMax: 2 });
  client.says(option(Option.LIST));
  host.isAsked({ kind: 'list' });
  host.lists([
    { name: 'a', description: '' },
    { name: 'b', description: '' },
  ]);
  for (let i = 0; i < 1 + 2 * 8; i++) client.says(option(77));
  host.isIdle();
  client.says(option(77));
  host.hasEnded('too-many-options');
});

test('C-054 C-055 C-285 S-32 while the server shuts down every option is told so, and ABORT is acknowledged', () => {
  const { client, host } = haggling();
  host.shutsDown();
  for (const number of [Option.LIST, Option.GO, Option.STARTTLS, 77]) {
    client.says(option(number, new Uint8Array(3000)));
    client.hearsRefusal(number, OptionReply.ERR_SHUTDOWN);
  }
  host.isIdle();
  client.says(option(Option.ABORT));
  host.hasEnded('aborted');
});

test('C-071 C-282 while the server shuts down EXPORT_NAME ends the session without a byte', () => {
  const { client, host } = haggling();
  host.shutsDown();
  client.says(option(Option.EXPORT_NAME));
  host.hasEnded('refused');
  client.hearsNothing();
});

test('C-071 EXPORT_NAME with more data than we hold ends the session without a byte', () => {
  const { client, host } = haggling(3, LIMITS);
  client.says(optionHead(Option.EXPORT_NAME, 1001));
  host.hasEnded('refused');
  client.hearsNothing();
});
