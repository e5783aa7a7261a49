/** Spec: "NBD_OPT_INFO and NBD_OPT_GO". */
import { Info, type InfoReply, Option, OptionReply } from '@nbd/codec';
import { DriverError, type ExportSource, exportTable } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { clientFlags, content, go, infoOption, option, read, write } from './client-bytes.ts';
import { type Conversation, factsOf, haggling } from './conversation.ts';
import { ack, exportInfo, greeting, info, simpleReply } from './server-bytes.ts';
import { ServedConversation } from './served-conversation.ts';

const FACTS = factsOf({ name: 'canonical', description: 'for people', size: 0x12_3456_7890 });
const BOTH = [Option.INFO, Option.GO];

const EXPORT: InfoReply = {
  kind: 'export',
  size: FACTS.size,
  transmissionFlags: FACTS.transmissionFlags,
};
const NAME: InfoReply = { kind: 'name', name: 'canonical' };
const DESCRIPTION: InfoReply = { kind: 'description', description: 'for people' };
const BLOCK_SIZE: InfoReply = {
  kind: 'block-size',
  minimum: 1,
  preferred: 4096,
  payloadMax: 32 * 2 ** 20,
};

/** Asks for `infos` and is granted `facts`. */
function asks(
  { client, host }: Conversation,
  number: number,
  infos: number[],
  facts = FACTS,
): void {
  client.says(infoOption(number, 'disk', ...infos));
  host.isAsked({ kind: 'open', option: number, exportName: 'disk' });
  host.grants(facts);
}

const asked: readonly (readonly [string, number[], InfoReply[]])[] = [
  ['C-111 S-20 nothing, the export alone is told', [], [EXPORT]],
  ['C-111 the export, it is told once', [Info.EXPORT], [EXPORT]],
  ['C-116 S-19 the name, the canonical one is told', [Info.NAME], [EXPORT, NAME]],
  ['C-117 S-10 the description, it is told', [Info.DESCRIPTION], [EXPORT, DESCRIPTION]],
  ['C-118 C-121 the block size, it is told', [Info.BLOCK_SIZE], [EXPORT, BLOCK_SIZE]],
  ['C-112 S-17 what we do not know, it is passed over', [4, 0xffff], [EXPORT]],
  ['C-113 the same three times, it is told once', [1, 1, 1, 0, 0], [EXPORT, NAME]],
  ['everything, all of it is told', [3, 2, 1, 0], [EXPORT, NAME, DESCRIPTION, BLOCK_SIZE]],
];

test.each(asked)('C-123 asked for %s, by INFO and by GO alike', (_, infos, expected) => {
  const talk = haggling();
  for (const number of BOTH) {
    asks(talk, number, infos);
    talk.client.hears(...expected.map((fact) => info(number, fact)), ack(number));
  }
});

test('C-044 C-121 an INFO reply is these bytes', () => {
  const talk = haggling();
  asks(talk, Option.GO, [Info.BLOCK_SIZE], factsOf({ size: 1, transmissionFlags: 1 }));
  const head = '0003e889045565a900000007';
  talk.client.hears(
    Buffer.from(
      head +
        '00000003' +
        '0000000c' +
        '0000' +
        '0000000000000001' +
        '0001' +
        head +
        '00000003' +
        '0000000e' +
        '0003' +
        '00000001' +
        '00001000' +
        '02000000' +
        head +
        '00000001' +
        '00000000',
      'hex',
    ),
  );
});

test('C-117 S-10 a description that is not there is no error', () => {
  const talk = haggling();
  asks(talk, Option.INFO, [Info.DESCRIPTION], factsOf());
  const { size, transmissionFlags } = factsOf();
  talk.client.hears(exportInfo(Option.INFO, size, transmissionFlags), ack(Option.INFO));
});

test('C-114 C-122 C-130 S-01 a refused GO keeps the handshake open, and another export can be entered', () => {
  const talk = haggling();
  const { client, host, session } = talk;
  for (const number of BOTH) {
    client.says(infoOption(number, 'none', Info.NAME));
    host.isAsked({ kind: 'open', option: number, exportName: 'none' });
    host.refuses(OptionReply.ERR_UNKNOWN);
    client.hearsRefusal(number, OptionReply.ERR_UNKNOWN);
  }
  expect(session.phase).toBe('handshake');
  asks(talk, Option.GO, []);
  client.hears(info(Option.GO, EXPORT), ack(Option.GO));
  expect(session.phase).toBe('transmission');
});

test('C-122 INFO does not enter: the next bytes are an option', () => {
  const talk = haggling();
  asks(talk, Option.INFO, []);
  talk.client.hears(info(Option.INFO, EXPORT), ack(Option.INFO));
  talk.client.says(read(0, 1));
  talk.host.hasEnded('bad-magic');
});

test('C-125 no zeroes follow a GO, whatever the client flags', () => {
  const talk = haggling(1);
  asks(talk, Option.GO, []);
  talk.client.hears(info(Option.GO, EXPORT), ack(Option.GO));
});

test('C-003 a request in the same piece as GO waits for the answer to it', () => {
  const { client, host } = haggling();
  client.says(go('disk'), write(5, content(3)), read(0, 4));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
  host.isIdle();
  host.grants(FACTS);
  client.hears(info(Option.GO, EXPORT), ack(Option.GO));
  expect(host.isGiven({ type: 1, offset: 5, length: 3 }).payload).toEqual(content(3));
  host.isGiven({ type: 0, offset: 0, length: 4 });
});

test('C-114 C-115 C-116 S-01 E-09 each name opens its own disk, and no name the first', async () => {
  const disks = { one: memoryDriver({ size: 1000 }), two: memoryDriver({ size: 2000 }) };
  for (const [said, name, size] of [
    ['', 'one', 1000],
    ['one', 'one', 1000],
    ['two', 'two', 2000],
  ] as const) {
    const talk = new ServedConversation({ exports: exportTable(disks) });
    talk.client.says(clientFlags(3), go(said, Info.NAME));
    const heard = await talk.client.heard();
    const head = greeting().length + 20;
    expect(new DataView(heard.buffer).getBigUint64(head + 2)).toBe(BigInt(size));
    const told = info(Option.GO, { kind: 'name', name });
    expect(heard.subarray(head + 12, -20)).toEqual(told);
    await talk.ends();
  }
});

const unwilling: readonly (readonly [string, ExportSource['open'], number, number])[] = [
  ['is not there', () => undefined, OptionReply.ERR_UNKNOWN, 0],
  ['fails', () => Promise.reject(new Error('bad disk')), OptionReply.ERR_UNKNOWN, 1],
  [
    'is forbidden',
    () => {
      throw new DriverError('EPERM', 'not for you');
    },
    OptionReply.ERR_POLICY,
    1,
  ],
  [
    'is going away',
    () => Promise.reject(new DriverError('ESHUTDOWN', 'bad disk')),
    OptionReply.ERR_SHUTDOWN,
    1,
  ],
];

test.each(unwilling)(
  'C-130 E-27 an export that %s is an error reply, which says nothing of the reason',
  async (_, open, type, failures) => {
    const talk = new ServedConversation({ exports: { open } });
    talk.client.says(clientFlags(3));
    await talk.client.hears(greeting());
    for (const number of BOTH) {
      talk.client.says(infoOption(number, 'x'));
      const reply = await talk.client.heard();
      expect(new DataView(reply.buffer).getUint32(8)).toBe(number);
      expect(new DataView(reply.buffer).getUint32(12)).toBe(type);
      const words = Buffer.from(reply.subarray(20)).toString();
      expect(words).not.toMatch(/bad disk|DriverError/);
    }
    expect(talk.sourceFailures).toHaveLength(2 * failures);
    talk.client.says(option(Option.ABORT));
    await talk.client.hears(ack(Option.ABORT));
    await talk.ends();
  },
);

test('C-119 C-135 a disk whose block sizes may not go on the wire cannot be entered', async () => {
  const driver = {
    ...memoryDriver({ size: 0 }),
    size: 4096,
    blockSize: { minimum: 3, preferred: 4096, payloadMax: 4096 },
  };
  const talk = new ServedConversation({ driver });
  talk.client.says(clientFlags(3));
  await talk.client.hears(greeting());
  talk.client.says(go());
  const reply = await talk.client.heard();
  expect(new DataView(reply.buffer).getUint32(12)).toBe(OptionReply.ERR_UNKNOWN);
  expect(talk.sourceFailures).toHaveLength(1);
  await talk.ends();
});

test('C-131 a disk that says nothing of blocks takes any alignment, and reads of 32 MiB', async () => {
  const size = 2 ** 25 + 1;
  const talk = new ServedConversation({ driver: memoryDriver({ size }) });
  const client = await talk.enters();
  client.says(write(1, content(3), { cookie: 1 }), read(1, 3, 2));
  await client.hears(simpleReply(1), simpleReply(2, content(3)));
  client.says(read(1, 2 ** 25, 3));
  const heard = await client.heard();
  expect(heard).toHaveLength(16 + 2 ** 25);
  expect(heard.subarray(0, 19)).toEqual(simpleReply(3, content(3)));
  await talk.ends();
});
