/** Spec: "Metadata querying": the maps of a disk as meta contexts. */
import { Option, OptionReply } from '@nbd/codec';
import { type Driver, type DiskMap, filter, oneExport } from '@nbd/driver';
import { expect, test } from 'vitest';
import { clientFlags, concat, contextsOption, go, option } from './client-bytes.ts';
import { countingSource } from './counting-source.ts';
import { expectBytes } from './expectations.ts';
import { recordingDriver } from './recording-driver.ts';
import { serveScript } from './scripted-service.ts';
import { quiet } from './served-conversation.ts';
import { ack, metaContext } from './server-bytes.ts';

const { LIST_META_CONTEXT: LIST, STRUCTURED_REPLY } = Option;

function mapNamed(name: string): DiskMap {
  return { name, runs: (_offset, length) => [{ length, value: 0 }] };
}

function diskWith(maps: readonly DiskMap[]): Driver {
  return filter(recordingDriver().driver, { maps });
}

/** What a client hears of the contexts of `driver`. */
async function heardOf(driver: Driver): Promise<Uint8Array> {
  const { channel } = serveScript(oneExport({ name: 'disk', driver }));
  channel.receives(clientFlags(3), option(STRUCTURED_REPLY));
  channel.heard();
  channel.receives(contextsOption(LIST, 'disk'));
  await quiet();
  return channel.heard();
}

test('C-162 every disk has base:allocation, whether it knows its extents or not', async () => {
  const { driver } = recordingDriver();
  const both = [driver, filter(driver, { extents: undefined })];
  for (const heard of await Promise.all(both.map(heardOf))) {
    expectBytes(heard, concat(metaContext(LIST, 0, 'base:allocation'), ack(LIST)));
  }
});

test('the maps of a disk are contexts under their names', async () => {
  const heard = await heardOf(diskWith([mapNamed('qemu:dirty-bitmap:a'), mapNamed('x-me:b:c')]));
  expectBytes(
    heard,
    concat(
      metaContext(LIST, 0, 'base:allocation'),
      metaContext(LIST, 0, 'qemu:dirty-bitmap:a'),
      metaContext(LIST, 0, 'x-me:b:c'),
      ack(LIST),
    ),
  );
});

test.each(['base:mine', 'no-colon', ':leaf', 'a b:leaf', 'a\u0000:leaf', `x:${'y'.repeat(4096)}`])(
  'a disk with a map named %j cannot be opened, and the connection goes on',
  async (name) => {
    const { channel, served } = serveScript(oneExport({ driver: diskWith([mapNamed(name)]) }));
    channel.receives(clientFlags(3));
    channel.heard();
    channel.receives(go());
    await quiet();
    const reply = channel.heard();
    expect(new DataView(reply.buffer).getUint32(12)).toBe(OptionReply.ERR_UNKNOWN);
    expect(served.phase).toBe('handshake');
  },
);

test('a disk with two maps of one name cannot be opened', async () => {
  const driver = diskWith([mapNamed('x:y'), mapNamed('x:y')]);
  const { channel, served } = serveScript(oneExport({ driver }));
  channel.receives(clientFlags(3), go());
  await quiet();
  expect(served.phase).toBe('handshake');
});

test('C-159 C-030 contexts of an unknown export are refused, and of a known one open it once', async () => {
  const source = countingSource();
  const { channel } = serveScript(source);
  channel.receives(clientFlags(3), option(STRUCTURED_REPLY));
  channel.heard();
  channel.receives(contextsOption(LIST, 'none'));
  await quiet();
  const reply = channel.heard();
  expect(new DataView(reply.buffer).getUint32(12)).toBe(OptionReply.ERR_UNKNOWN);
  channel.receives(contextsOption(Option.SET_META_CONTEXT, 'a', 'base:allocation'), go('a'));
  await quiet();
  expect(source.log).toEqual(['open none', 'open a']);
});
