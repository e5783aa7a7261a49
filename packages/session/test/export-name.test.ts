/** Spec: "NBD_OPT_EXPORT_NAME". */
import { ErrorCode, Option, TransmissionFlag } from '@nbd/codec';
import { DriverError, type ExportSource } from '@nbd/driver';
import { expect, test } from 'vitest';
import { clientFlags, content, exportNameOption, option, read, write } from './client-bytes.ts';
import { factsOf, haggling } from './conversation.ts';
import { recordingDriver } from './recording-driver.ts';
import { errorReply, greeting, simpleReply } from './server-bytes.ts';
import { ServedConversation } from './served-conversation.ts';

const FACTS = factsOf({ size: 0x1_2345_6789, transmissionFlags: TransmissionFlag.HAS_FLAGS });
const ANSWER_HEX = '00000001234567890001';

test.each([
  [1, ANSWER_HEX + '00'.repeat(124)],
  [3, ANSWER_HEX],
])(
  'C-070 S-04 with client flags of %i the answer is these bytes, and requests follow',
  (flags, expected) => {
    const { client, host } = haggling(flags);
    client.says(exportNameOption('disk'), read(0, 4));
    host.isAsked({ kind: 'open', option: Option.EXPORT_NAME, exportName: 'disk' });
    host.grants(FACTS);
    client.hears(Buffer.from(expected, 'hex'));
    host.isGiven({ offset: 0, length: 4 });
  },
);

test('C-071 S-05 a refused EXPORT_NAME ends the session without a byte', () => {
  const { client, host } = haggling();
  client.says(exportNameOption('none'), option(Option.LIST));
  host.isAsked({ kind: 'open', option: Option.EXPORT_NAME, exportName: 'none' });
  host.refuses();
  host.hasEnded('refused');
  client.hearsNothing();
});

test.each([
  ['has a NUL', Uint8Array.of(65, 0, 66)],
  ['is not UTF-8', Uint8Array.of(0xff)],
  ['is longer than 4096 bytes', new Uint8Array(4097).fill(65)],
])('C-049 C-050 S-29 a name that %s ends the session without a byte', (_, name) => {
  const { client, host } = haggling();
  client.says(option(Option.EXPORT_NAME, name));
  host.hasEnded('refused');
  client.hearsNothing();
});

test('C-072 no name asks for the default export', () => {
  const { client, host } = haggling();
  client.says(option(Option.EXPORT_NAME));
  host.isAsked({ kind: 'open', option: Option.EXPORT_NAME, exportName: '' });
});

const unwilling: readonly (readonly [string, ExportSource['open']])[] = [
  ['has no such export', () => undefined],
  [
    'throws',
    () => {
      throw new Error('cannot be opened');
    },
  ],
  ['rejects', () => Promise.reject(new DriverError('EPERM', 'not for you'))],
];

test.each(unwilling)(
  'C-071 C-072 a source that %s ends the session without a byte',
  async (_, open) => {
    const talk = new ServedConversation({ exports: { open } });
    talk.client.says(clientFlags(3), exportNameOption('x'));
    await talk.client.hears(greeting());
    expect(talk.reasons).toEqual(['refused']);
    expect(talk.client.hasEnd).toBe(true);
    await talk.ends();
  },
);

test('C-075 C-132 C-133 a client of EXPORT_NAME is served by a disk of blocks, and told EINVAL between them', async () => {
  const blockSize = { minimum: 512, preferred: 4096, payloadMax: 65_536 };
  const { driver, disk } = recordingDriver({ facts: { blockSize } });
  const talk = new ServedConversation({ driver });
  talk.client.says(clientFlags(3), exportNameOption(''));
  expect(await talk.client.heard()).toHaveLength(18 + 10);
  talk.client.says(write(1, content(512), { cookie: 1 }), write(512, content(512), { cookie: 2 }));
  await talk.client.hears(errorReply(1, ErrorCode.EINVAL), simpleReply(2));
  expect(disk.subarray(512, 1024)).toEqual(content(512));
  expect(disk.subarray(0, 512)).toEqual(new Uint8Array(512));
  await talk.ends();
});
