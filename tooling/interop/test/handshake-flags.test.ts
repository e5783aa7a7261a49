/** The oldest and the newest ways into an export, by every set of client flags. */
import { Command, decodeExportNameReply, ErrorCode, Option, OptionReply } from '@nbd/codec';
import { describe, expect, it } from 'vitest';
import { mismatches } from '../src/libnbd.ts';
import { infoRequest, RawClient, requestBytes, viewOf } from '../src/raw-client.ts';
import { shareDisk, TRANSPORTS, type Transport } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

needTools('python3-libnbd');

const SIZE = 2 ** 20;
const NAME = new TextEncoder().encode('disk');

const served = shareDisk({ exports: { first: 'memory:4K', disk: 'pattern:1M' } });

async function greeted(transport: Transport, flags: number): Promise<RawClient> {
  const client = await RawClient.connect(served(), transport);
  await client.greet(flags);
  return client;
}

/** Expects that the client has entered the export "disk". */
async function expectEntered(client: RawClient): Promise<void> {
  client.send(requestBytes({ type: Command.READ, cookieLow: 7, offset: 0x4_5678, length: 8 }));
  expect(await client.reply()).toEqual({ error: ErrorCode.OK, cookieHigh: 0, cookieLow: 7 });
  expect(viewOf(await client.take(8)).getBigUint64(0)).toBe(0x4_5678n);
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each([
    { flags: 0, bytes: 134 },
    { flags: 1, bytes: 134 },
    { flags: 2, bytes: 10 },
    { flags: 3, bytes: 10 },
  ])(
    'EXPORT_NAME with client flags $flags is answered in $bytes bytes (C-023, C-070)',
    async (row) => {
      const client = await greeted(transport, row.flags);
      client.sendOption(Option.EXPORT_NAME, NAME);
      const reply = decodeExportNameReply(await client.take(row.bytes));
      expect(reply).toMatchObject({ size: SIZE, zeroes: row.bytes === 134 });
      await expectEntered(client);
    },
  );

  it.each([1, 3])('GO with client flags %i is followed by no zeroes (C-125)', async (flags) => {
    const client = await greeted(transport, flags);
    const answers = await client.option(Option.GO, infoRequest('disk'));
    expect(answers.at(-1)?.type).toBe(OptionReply.ACK);
    await expectEntered(client);
  });

  it.each([0, 2])(
    'GO with client flags %i is not answered: the client may not understand it (C-025)',
    async (flags) => {
      const client = await greeted(transport, flags);
      client.sendOption(Option.GO, infoRequest('disk'));
      expect(await client.takeRest()).toHaveLength(0);
    },
  );

  it.each([4, 0x8000_0003])(
    'client flags %i have an unknown bit: nothing more is said (C-022)',
    async (flags) => {
      const client = await greeted(transport, flags);
      client.sendOption(Option.GO, infoRequest('disk'));
      expect(await client.takeRest()).toHaveLength(0);
    },
  );

  it.each([0, 1, 2, 3])(
    'EXPORT_NAME with an unknown name and client flags %i ends it without a byte (C-071)',
    async (flags) => {
      const client = await greeted(transport, flags);
      client.sendOption(Option.EXPORT_NAME, new TextEncoder().encode('absent'));
      expect(await client.takeRest()).toHaveLength(0);
      await expectEntered(await RawClient.enter(served(), transport, 'disk'));
    },
  );

  it('an unknown option is answered and the handshake goes on (C-041)', async () => {
    const client = await greeted(transport, 3);
    const [answer] = await client.option(0x1234, new Uint8Array(100_000));
    expect(answer?.type).toBe(OptionReply.ERR_UNSUP);
    await client.option(Option.GO, infoRequest('disk'));
    await expectEntered(client);
  });

  it.each([
    '0',
    'nbd.HANDSHAKE_FLAG_NO_ZEROES',
    'nbd.HANDSHAKE_FLAG_FIXED_NEWSTYLE',
    'nbd.HANDSHAKE_FLAG_MASK',
  ])('libnbd with handshake flags %s enters and reads', async (flags) => {
    expect(
      await mismatches(served().uri(transport, 'disk'), [
        [`h.set_handshake_flags(${flags})`, 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.get_size()', SIZE],
        ['h.pread(8, 0xffff8)', '00000000000ffff8'],
        ['h.shutdown()', 'done'],
      ]),
    ).toEqual([]);
  });

  it('libnbd without fixed newstyle is told of an unknown name by the end of the connection', async () => {
    expect(
      await mismatches(served().uri(transport, 'absent'), [
        ['h.set_handshake_flags(0)', 'done'],
        ['h.connect_uri(uri)', 'nbd_connect_uri: recv: server disconnected unexpectedly'],
        ['h.aio_is_dead() or h.aio_is_closed()', true],
      ]),
    ).toEqual([]);
  });
});
