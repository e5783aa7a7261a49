/** Spec: "NBD_OPT_STARTTLS", "TLS support". What TLS itself does is a matter of the transport. */
import { Option, OptionReply, TransmissionFlag } from '@nbd/codec';
import { describe, expect, test } from 'vitest';
import {
  content,
  contextsOption,
  exportNameOption,
  go,
  infoOption,
  option,
  request,
} from './client-bytes.ts';
import { ALL_FLAGS, type Conversation, factsOf, haggling } from './conversation.ts';
import { ack, exportInfo, metaContext } from './server-bytes.ts';

const { STARTTLS } = Option;
const MODES = ['on', 'require'] as const;

function willing(tls: 'on' | 'require', clientFlags = 3): Conversation {
  return haggling(clientFlags, {}, undefined, { tls });
}

function secured(tls: 'on' | 'require'): Conversation {
  const talk = willing(tls);
  talk.client.says(option(STARTTLS));
  talk.client.hears(ack(STARTTLS));
  talk.host.secures();
  return talk;
}

describe.each(MODES)('TLS %s', (tls) => {
  test('C-082 STARTTLS is acknowledged in the clear, and options go on under TLS', () => {
    const { client, host, session } = willing(tls);
    client.says(option(STARTTLS));
    client.hears(ack(STARTTLS));
    host.isToSecure();
    expect(session.wantsBytes).toBe(false);
    session.secured();
    expect(session.wantsBytes).toBe(true);
    client.says(option(Option.LIST));
    host.isAsked({ kind: 'list' });
    host.lists([]);
    client.hears(ack(Option.LIST));
  });

  test('C-081 STARTTLS with data is invalid, and nothing is secured', () => {
    const { client, host } = willing(tls);
    client.says(option(STARTTLS, content(1)));
    client.hearsRefusal(STARTTLS, OptionReply.ERR_INVALID);
    host.isIdle();
  });

  test('C-083 STARTTLS under TLS is invalid, and the session goes on', () => {
    const { client, host } = secured(tls);
    client.says(option(STARTTLS));
    client.hearsRefusal(STARTTLS, OptionReply.ERR_INVALID);
    client.says(option(Option.ABORT));
    client.hears(ack(Option.ABORT));
    host.hasEnded('aborted');
  });

  test('C-093 C-091 E-50 what comes in the clear behind STARTTLS ends the session, unheard', () => {
    const { client, host } = willing(tls);
    client.says(option(STARTTLS), option(Option.STRUCTURED_REPLY));
    host.hasEnded('plaintext-after-starttls');
    client.hearsNothing();
  });

  test('C-093 what comes in the clear while TLS is being put on ends the session, unheard', () => {
    const { client, host } = willing(tls);
    client.says(option(STARTTLS));
    client.hears(ack(STARTTLS));
    host.isToSecure();
    client.says(option(Option.STRUCTURED_REPLY));
    host.hasEnded('plaintext-after-starttls');
    client.hearsNothing();
  });

  test('C-091 E-15 what was agreed on in the clear is forgotten, client flags are not', () => {
    const { client, host } = tls === 'on' ? agreedInTheClear() : willing(tls);
    client.says(option(STARTTLS));
    client.hears(ack(STARTTLS));
    host.secures();
    client.says(go('disk'));
    host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
    host.grants(factsOf());
    client.hears(exportInfo(Option.GO, 65_536, ALL_FLAGS), ack(Option.GO));
    client.says(request({ type: 7, length: 512 }));
    host.isIdle();
  });

  test('C-086 under TLS nothing is answered TLS_REQD', () => {
    const { client, host } = secured(tls);
    client.says(option(77));
    client.hearsRefusal(77, OptionReply.ERR_UNSUP);
    client.says(go('disk'));
    host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
  });

  test('C-285 a session that is being secured can be left at once', () => {
    const { client, host, session } = willing(tls);
    client.says(option(STARTTLS));
    client.hears(ack(STARTTLS));
    host.isToSecure();
    expect(session.isBusy).toBe(false);
    host.leaves();
    host.hasEnded('left');
  });

  test('C-054 while shutting down STARTTLS is refused', () => {
    const { client, host } = willing(tls);
    host.shutsDown();
    client.says(option(STARTTLS));
    client.hearsRefusal(STARTTLS, OptionReply.ERR_SHUTDOWN);
  });
});

/** Structured replies and a context, then STARTTLS to come. */
function agreedInTheClear(): Conversation {
  const talk = willing('on');
  const { client, host } = talk;
  client.says(option(Option.STRUCTURED_REPLY));
  client.hears(ack(Option.STRUCTURED_REPLY));
  client.says(contextsOption(Option.SET_META_CONTEXT, 'disk', 'base:allocation'));
  host.isAsked({ kind: 'contexts', option: Option.SET_META_CONTEXT, exportName: 'disk' });
  host.grantsContexts([{ name: 'base:allocation' }]);
  client.hears(
    metaContext(Option.SET_META_CONTEXT, 1, 'base:allocation'),
    ack(Option.SET_META_CONTEXT),
  );
  return talk;
}

describe('TLS required, in the clear', () => {
  test.each([
    Option.LIST,
    Option.INFO,
    Option.GO,
    Option.STRUCTURED_REPLY,
    Option.LIST_META_CONTEXT,
    Option.SET_META_CONTEXT,
    Option.EXTENDED_HEADERS,
    Option.PEEK_EXPORT,
    77,
  ])(
    'C-084 option %i is answered TLS_REQD, its data is dropped, and the next is heard',
    (number) => {
      const { client, host } = willing('require');
      client.says(option(number, content(3000)));
      client.hearsRefusal(number, OptionReply.ERR_TLS_REQD);
      client.says(option(STARTTLS));
      client.hears(ack(STARTTLS));
      host.isToSecure();
    },
  );

  test('C-084 C-045 E-16 also with more data than would be kept', () => {
    const { client, host } = willing('require');
    client.says(option(Option.GO, new Uint8Array(2 ** 20 + 1)));
    client.hearsRefusal(Option.GO, OptionReply.ERR_TLS_REQD);
    host.isIdle();
  });

  test('C-085 E-16 EXPORT_NAME ends the session without a byte', () => {
    const { client, host } = willing('require');
    client.says(exportNameOption('disk'));
    host.hasEnded('refused');
    client.hearsNothing();
  });

  test('C-060 ABORT is acknowledged', () => {
    const { client, host } = willing('require');
    client.says(option(Option.ABORT));
    client.hears(ack(Option.ABORT));
    host.hasEnded('aborted');
  });

  test.each([option(STARTTLS), exportNameOption('disk'), go()])(
    'C-026 a client without fixed newstyle is left at its first option',
    (bytes) => {
      const { client, session } = willing('require', 0);
      client.says(bytes);
      expect(session.phase).toBe('ended');
      client.hearsNothing();
    },
  );
});

test('C-087 C-088 with TLS on, an export may be had in the clear, or refused until TLS', () => {
  const { client, host } = willing('on');
  client.says(infoOption(Option.INFO, 'secret'));
  host.isAsked({ kind: 'open', option: Option.INFO, exportName: 'secret' });
  host.refuses(OptionReply.ERR_TLS_REQD, 'STARTTLS first');
  client.hearsRefusal(Option.INFO, OptionReply.ERR_TLS_REQD);
  client.says(exportNameOption('open'));
  host.isAsked({ kind: 'open', option: Option.EXPORT_NAME, exportName: 'open' });
  host.grants(factsOf({ name: 'open' }));
  expect(ALL_FLAGS & TransmissionFlag.SEND_DF).toBe(0);
  client.hearsAnything();
});

test('C-080 without TLS nothing is answered TLS_REQD', () => {
  const { client } = haggling();
  client.says(option(STARTTLS));
  client.hearsRefusal(STARTTLS, OptionReply.ERR_POLICY);
});
