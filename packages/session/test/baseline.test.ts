/** Spec: "Baseline". What every client may count on, and what no client is disconnected for. */
import { Command, CommandFlag, ErrorCode, Info, Option, OptionReply } from '@nbd/codec';
import { exportTable } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import {
  clientFlags,
  content,
  disconnect,
  go,
  infoOption,
  option,
  read,
  request,
  write,
} from './client-bytes.ts';
import { entered, factsOf, haggling } from './conversation.ts';
import { ServedConversation } from './served-conversation.ts';
import {
  ack,
  errorReply,
  exportInfo,
  greeting,
  info,
  listed,
  simpleReply,
} from './server-bytes.ts';

const { EINVAL, EIO, ENOSPC } = ErrorCode;

/** The second word of an option reply: the option that it is to; and the third: its type. */
function headOf(reply: Uint8Array): readonly [option: number, type: number] {
  const view = new DataView(reply.buffer, reply.byteOffset);
  return [view.getUint32(8), view.getUint32(12)];
}

test('C-302 C-173 a client that knows nothing but the baseline lists, looks, enters, writes, reads and leaves', async () => {
  const disk = memoryDriver({ size: 4096 });
  const talk = new ServedConversation({ exports: exportTable({ disk }) });
  const { client } = talk;
  client.says(clientFlags(3), option(Option.LIST));
  await client.hears(greeting(), listed(Option.LIST, 'disk'), ack(Option.LIST));

  client.says(option(0x1234_5678, content(8)));
  expect(headOf(await client.heard())).toEqual([0x1234_5678, OptionReply.ERR_UNSUP]);

  client.says(infoOption(Option.INFO, 'disk'));
  const told = await client.heard();
  const flags = new DataView(told.buffer).getUint16(30);
  const shown = (number: Option) => [exportInfo(number, 4096, flags), ack(number)];
  expect(Buffer.compare(Buffer.concat(shown(Option.INFO)), told)).toBe(0);
  client.says(go('disk'));
  await client.hears(...shown(Option.GO));

  client.says(write(512, content(100), { cookie: 1 }));
  await client.hears(simpleReply(1));
  client.says(request({ type: 99, cookie: 2 }), read(512, 100, 3));
  await client.hears(errorReply(2, EINVAL), simpleReply(3, content(100)));
  client.says(disconnect());
  await client.hears();
  expect(talk.reasons).toEqual(['disconnected']);
  await talk.ends();
});

test('C-009 C-055 no option that is refused ends the session', () => {
  const { client, host } = haggling(3, { optionBytesMax: 64 });
  const { ERR_INVALID, ERR_UNSUP, ERR_POLICY, ERR_TOO_BIG, ERR_UNKNOWN } = OptionReply;
  const refused: readonly (readonly [option: number, data: Uint8Array, type: OptionReply])[] = [
    [Option.LIST, content(1), ERR_INVALID],
    [Option.LIST, content(65), ERR_TOO_BIG],
    [Option.PEEK_EXPORT, content(4), ERR_UNSUP],
    [Option.STARTTLS, content(0), ERR_POLICY],
    [Option.STARTTLS, content(3), ERR_INVALID],
    [Option.INFO, content(5), ERR_INVALID],
    [Option.GO, new Uint8Array(7), ERR_INVALID],
    [0xffff_ffff, content(65), ERR_UNSUP],
  ];
  for (const [number, data, type] of refused) {
    client.says(option(number, data));
    client.hearsRefusal(number, type);
  }
  client.says(go('none'));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: 'none' });
  host.refuses(ERR_UNKNOWN);
  client.hearsRefusal(Option.GO, ERR_UNKNOWN);
  client.says(option(Option.LIST));
  host.isAsked({ kind: 'list' });
  host.isIdle();
});

test('C-009 no request that is refused ends the session', () => {
  const facts = factsOf({ blockMinimum: 512, payloadMax: 4096 });
  const { client, host } = entered(facts);
  const { READ, FLUSH, TRIM, WRITE_ZEROES, BLOCK_STATUS } = Command;
  const refused: readonly (readonly [said: Uint8Array, error: ErrorCode])[] = [
    [request({ type: 0xffff, length: 4096, cookie: 5 }), EINVAL],
    [request({ type: READ, flags: CommandFlag.NO_HOLE, length: 512, cookie: 5 }), EINVAL],
    [request({ type: FLUSH, length: 512, cookie: 5 }), EINVAL],
    [request({ type: TRIM, offset: 1, length: 512, cookie: 5 }), EINVAL],
    [request({ type: WRITE_ZEROES, offset: 65_536, length: 512, cookie: 5 }), ENOSPC],
    [request({ type: BLOCK_STATUS, length: 512, cookie: 5 }), EINVAL],
    [read(65_536, 512, 5), EINVAL],
    [read(0, 8192, 5), EINVAL],
    [write(0, content(8192), { cookie: 5 }), EINVAL],
    [write(512, content(1), { cookie: 5 }), EINVAL],
    [write(65_536, content(512), { cookie: 5 }), ENOSPC],
  ];
  for (const [said, error] of refused) {
    client.says(said);
    client.hears(errorReply(5, error));
  }
  client.says(read(0, 512));
  host.finishes(host.isGiven({ type: READ, length: 512 }), content(512));
  client.hears(simpleReply(1, content(512)));
});

test('C-173 where nothing else was agreed on, every command is answered by a simple reply, done or failed', () => {
  const { client, host } = entered();
  const { READ, WRITE, FLUSH, TRIM, CACHE, WRITE_ZEROES, RESIZE } = Command;
  for (const type of [READ, WRITE, FLUSH, TRIM, CACHE, WRITE_ZEROES, RESIZE]) {
    const length = type === FLUSH || type === RESIZE ? 0 : 4;
    const said = [request({ type, length }), content(type === WRITE ? 4 : 0)];
    client.says(...said);
    host.finishes(host.isGiven({ type }), type === READ ? content(4) : undefined);
    client.hears(simpleReply(1, content(type === READ ? 4 : 0)));
    client.says(...said);
    host.fails(host.isGiven({ type }), EIO);
    client.hears(errorReply(1, EIO));
  }
});

test('C-120 C-133 a disk with block sizes of its own is granted to those who ask for them, and to those who do not', () => {
  const facts = factsOf({ blockMinimum: 4096, blockPreferred: 8192, payloadMax: 2 ** 20 });
  const sizes = {
    kind: 'block-size',
    minimum: 4096,
    preferred: 8192,
    payloadMax: 2 ** 20,
  } as const;
  for (const [infos, more] of [
    [[], []],
    [[Info.BLOCK_SIZE], [sizes]],
  ] as const) {
    const { client, host } = haggling();
    for (const number of [Option.INFO, Option.GO]) {
      client.says(infoOption(number, 'disk', ...infos));
      host.isAsked({ kind: 'open', option: number, exportName: 'disk' });
      host.grants(facts);
      client.hears(
        exportInfo(number, facts.size, facts.transmissionFlags),
        ...more.map((fact) => info(number, fact)),
        ack(number),
      );
    }
  }
});

test('C-134 a size that is no multiple of the minimum block is told as it is, and its last piece cannot be had', async () => {
  const driver = Object.assign(memoryDriver({ size: 1000 }), {
    blockSize: { minimum: 512, preferred: 512, payloadMax: 4096 },
  });
  const talk = new ServedConversation({ driver });
  const client = await talk.enters();
  client.says(read(0, 512, 1));
  await client.hears(simpleReply(1, new Uint8Array(512)));
  client.says(read(512, 488, 2), read(512, 512, 3), read(0, 1000, 4));
  await client.hears(errorReply(2, EINVAL), errorReply(3, EINVAL), errorReply(4, EINVAL));
  await talk.ends();
});
