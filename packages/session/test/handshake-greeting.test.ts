/** Spec: "Newstyle negotiation", "Client flags". */
import { Option, OptionReply } from '@nbd/codec';
import { expect, test } from 'vitest';
import { clientFlags, exportNameOption, go, option, text } from './client-bytes.ts';
import { conversation, factsOf, haggling } from './conversation.ts';
import { exportNameReply, greeting, optionReply } from './server-bytes.ts';

const GREETING_HEX = '4e42444d4147494349484156454f50540003';

test('C-020 C-021 C-027 the greeting is 18 bytes, comes before the client has spoken, and offers bits 0 and 1 alone', () => {
  const { client, host, session } = conversation();
  expect(Buffer.from(greeting()).toString('hex')).toBe(GREETING_HEX);
  client.hears(greeting());
  host.isIdle();
  expect(session.wantsBytes).toBe(true);
});

test.each([0x4, 0x8000_0000, 0xffff_ffff, 0x0001_0000, 7])(
  'C-022 client flags of %i hold a bit that was not offered: the session ends without a byte',
  (flags) => {
    const { client, host } = conversation();
    client.hears(greeting());
    client.says(clientFlags(flags), go());
    host.hasEnded('unknown-client-flags');
    client.hearsNothing();
  },
);

test.each([0, 1, 2, 3])(
  'C-023 C-070 S-04 S-15 client flags of %i reach an export by EXPORT_NAME',
  (flags) => {
    const { client, host, session } = haggling(flags);
    const facts = factsOf();
    client.says(exportNameOption('disk'));
    host.isAsked({ kind: 'open', option: Option.EXPORT_NAME, exportName: 'disk' });
    host.grants(facts);
    const zeroes = (flags & 2) === 0;
    const { size, transmissionFlags } = facts;
    client.hears(exportNameReply({ size, transmissionFlags, zeroes }));
    expect(session.phase).toBe('transmission');
  },
);

test.each([0, 2])(
  'C-025 a client with flags of %i, which cannot read option replies, gets none',
  (flags) => {
    for (const number of [Option.LIST, Option.GO, Option.ABORT, 77]) {
      const { client, host } = haggling(flags);
      client.says(option(number));
      host.hasEnded('not-fixed-newstyle');
      client.hearsNothing();
    }
  },
);

test('C-024 C-080 S-02 a server without TLS refuses STARTTLS by policy, and goes on', () => {
  const { client, host } = haggling();
  client.says(option(Option.STARTTLS));
  client.hearsRefusal(Option.STARTTLS, OptionReply.ERR_POLICY);
  client.says(option(Option.LIST));
  host.isAsked({ kind: 'list' });
});

test('C-081 STARTTLS with data is invalid, and its data is no option', () => {
  const { client, host } = haggling();
  client.says(option(Option.STARTTLS, option(Option.ABORT)));
  client.hearsRefusal(Option.STARTTLS, OptionReply.ERR_INVALID);
  host.isIdle();
});

test('C-056 an option that comes before the answer to the one before it waits for its turn', () => {
  const { client, host } = haggling();
  client.says(option(Option.LIST), option(77));
  host.isAsked({ kind: 'list' });
  host.isIdle();
  client.hearsNothing();
  host.refuses(OptionReply.ERR_POLICY, 'no list');
  const list = optionReply(Option.LIST, OptionReply.ERR_POLICY, text('no list'));
  client.hearsFirst(list);
  client.hearsRefusal(77, OptionReply.ERR_UNSUP);
});

test('C-004 C-005 a client may close before its flags, not inside them', () => {
  const quiet = conversation();
  quiet.client.leaves();
  quiet.host.hasEnded('closed');

  const cut = conversation();
  cut.client.says(clientFlags(3).subarray(0, 3));
  cut.client.leaves();
  cut.host.hasEnded('closed-early');
});
