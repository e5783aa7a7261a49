/** Spec: "NBD_OPT_STRUCTURED_REPLY", "NBD_OPT_EXTENDED_HEADERS". */
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
import { ALL_FLAGS, enteredIn, factsOf, haggling } from './conversation.ts';
import { ack, exportInfo, exportNameReply, metaContext } from './server-bytes.ts';

const { STRUCTURED_REPLY, EXTENDED_HEADERS, SET_META_CONTEXT } = Option;
const BOTH = [STRUCTURED_REPLY, EXTENDED_HEADERS];

test.each(BOTH)('C-140 C-144 option %i without data is acknowledged', (number) => {
  const { client } = haggling();
  client.says(option(number));
  client.hears(ack(number));
});

test.each(BOTH)(
  'C-141 C-145 option %i with data is invalid, and nothing is agreed on',
  (number) => {
    const { client } = haggling();
    client.says(option(number, content(4)));
    client.hearsRefusal(number, OptionReply.ERR_INVALID);
    client.says(option(number));
    client.hears(ack(number));
  },
);

test.each(BOTH)(
  'C-142 C-145 C-053 option %i twice is invalid, and it stays agreed on',
  (number) => {
    const { client, host } = haggling();
    client.says(option(number));
    client.hears(ack(number));
    client.says(option(number));
    client.hearsRefusal(number, OptionReply.ERR_INVALID);
    client.says(go('disk'));
    host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
    host.grants(factsOf());
    client.hears(
      exportInfo(Option.GO, 65_536, ALL_FLAGS | TransmissionFlag.SEND_DF),
      ack(Option.GO),
    );
  },
);

test('C-143 STRUCTURED_REPLY after extended headers asks for those, which stay', () => {
  const { client, host } = haggling();
  client.says(option(EXTENDED_HEADERS));
  client.hears(ack(EXTENDED_HEADERS));
  client.says(option(STRUCTURED_REPLY));
  client.hearsRefusal(STRUCTURED_REPLY, OptionReply.ERR_EXT_HEADER_REQD);
  client.says(exportNameOption('disk'));
  host.hasEnded('refused');
});

test('C-144 extended headers follow structured replies', () => {
  const { client } = haggling();
  client.says(option(STRUCTURED_REPLY), option(EXTENDED_HEADERS));
  client.hears(ack(STRUCTURED_REPLY), ack(EXTENDED_HEADERS));
});

describe('C-140 C-144 a server that agrees on less', () => {
  test('answers ERR_UNSUP, not a policy, as old clients need it', () => {
    const { client } = haggling(3, {}, undefined, { replyModeMax: 'simple' });
    for (const number of BOTH) {
      client.says(option(number));
      client.hearsRefusal(number, OptionReply.ERR_UNSUP);
    }
  });

  test('may have structured replies and no extended headers', () => {
    const { client } = haggling(3, {}, undefined, { replyModeMax: 'structured' });
    client.says(option(EXTENDED_HEADERS));
    client.hearsRefusal(EXTENDED_HEADERS, OptionReply.ERR_UNSUP);
    client.says(option(STRUCTURED_REPLY));
    client.hears(ack(STRUCTURED_REPLY));
  });
});

test('C-073 EXPORT_NAME after extended headers ends the session without a byte', () => {
  const { client, host } = haggling();
  client.says(option(EXTENDED_HEADERS));
  client.hears(ack(EXTENDED_HEADERS));
  client.says(exportNameOption('disk'));
  host.hasEnded('refused');
  client.hearsNothing();
});

test('C-074 C-126 structured replies stay in force after EXPORT_NAME, whose flags say so', () => {
  const { client, host } = haggling();
  client.says(option(STRUCTURED_REPLY));
  client.hears(ack(STRUCTURED_REPLY));
  client.says(exportNameOption('disk'));
  host.isAsked({ kind: 'open', option: Option.EXPORT_NAME, exportName: 'disk' });
  host.grants(factsOf());
  client.hears(
    exportNameReply({
      size: 65_536,
      transmissionFlags: ALL_FLAGS | TransmissionFlag.SEND_DF,
      zeroes: false,
    }),
  );
  client.says(request({ type: 3 }));
  host.finishes(host.isGiven({ type: 3 }));
  client.hearsAnything();
});

test('C-126 C-211 without either there is no SEND_DF', () => {
  const { client, host } = haggling();
  client.says(infoOption(Option.INFO, 'disk'));
  host.isAsked({ kind: 'open', option: Option.INFO, exportName: 'disk' });
  host.grants(factsOf());
  client.hears(exportInfo(Option.INFO, 65_536, ALL_FLAGS), ack(Option.INFO));
});

test('C-123 C-126 the payload of BLOCK_STATUS is offered with extended headers and a context of that export only', () => {
  const { client, host } = haggling();
  client.says(option(EXTENDED_HEADERS));
  client.hears(ack(EXTENDED_HEADERS));
  client.says(contextsOption(SET_META_CONTEXT, 'disk', 'base:allocation'));
  host.isAsked({ kind: 'contexts', option: SET_META_CONTEXT, exportName: 'disk' });
  host.grantsContexts([{ name: 'base:allocation' }]);
  client.hears(metaContext(SET_META_CONTEXT, 1, 'base:allocation'), ack(SET_META_CONTEXT));
  const extended = ALL_FLAGS | TransmissionFlag.SEND_DF;
  const withPayload = extended | TransmissionFlag.BLOCK_STATUS_PAYLOAD;
  for (const [number, name, flags] of [
    [Option.INFO, 'other', extended],
    [Option.INFO, 'disk', withPayload],
    [Option.GO, 'disk', withPayload],
  ] as const) {
    client.says(infoOption(number, name));
    host.isAsked({ kind: 'open', option: number, exportName: name });
    host.grants(factsOf({ name }));
    client.hears(exportInfo(number, 65_536, flags), ack(number));
  }
});

test.each(['simple', 'structured', 'extended'] as const)(
  'C-122 C-129 GO enters the transmission phase in the %s form',
  (replyMode) => {
    const { session } = enteredIn({ replyMode });
    expect(session.phase).toBe('transmission');
  },
);
