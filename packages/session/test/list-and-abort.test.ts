/** Spec: "NBD_OPT_ABORT", "NBD_OPT_LIST". */
import { Option, OptionReply } from '@nbd/codec';
import type { ExportSource } from '@nbd/driver';
import { exportTable } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../src/index.ts';
import { clientFlags, exportNameOption, go, option } from './client-bytes.ts';
import { haggling } from './conversation.ts';
import { ack, greeting, listed } from './server-bytes.ts';
import { serveScript } from './scripted-service.ts';
import { quiet, ServedConversation } from './served-conversation.ts';

test('C-060 ABORT is acknowledged, and the session is over', () => {
  const { client, host } = haggling();
  client.says(option(Option.ABORT), option(Option.LIST));
  client.hears(ack(Option.ABORT));
  host.hasEnded('aborted');
});

test('C-061 the data of an ABORT is dropped before the acknowledgement', () => {
  const { client, host } = haggling();
  const abort = option(Option.ABORT, new Uint8Array(300));
  client.says(abort.subarray(0, 200));
  client.hearsNothing();
  client.says(abort.subarray(200));
  client.hears(ack(Option.ABORT));
  host.hasEnded('aborted');
});

test('C-060 C-061 ABORT is acknowledged however much data it carries', () => {
  const { client, host } = haggling();
  client.says(option(Option.ABORT, new Uint8Array(2 ** 21)));
  client.hears(ack(Option.ABORT));
  host.hasEnded('aborted');
});

test('C-062 S-30 a client that aborts and vanishes is no failure', async () => {
  const talk = new ServedConversation({ driver: memoryDriver({ size: 0 }) });
  talk.client.says(clientFlags(3), option(Option.ABORT));
  talk.client.leaves();
  await talk.served.done;
  expect(talk.reasons).toEqual(['aborted']);
  expect(talk.client.isClosed).toBe(true);
});

test('C-063 C-065 C-068 S-06 S-07 LIST names each export with its description, then acknowledges, every time', () => {
  const { client, host } = haggling();
  const exports = [
    { name: 'one', description: 'the first' },
    { name: 'zwei ünïcode', description: '' },
    { name: '', description: 'the one without a name' },
  ];
  for (let i = 0; i < 2; i++) {
    client.says(option(Option.LIST));
    host.isAsked({ kind: 'list' });
    host.lists(exports);
    client.hears(
      ...exports.map(({ name, description }) => listed(Option.LIST, name, description)),
      ack(Option.LIST),
    );
  }
});

test('C-063 LIST of no exports is acknowledged', () => {
  const { client, host } = haggling();
  client.says(option(Option.LIST));
  host.isAsked({ kind: 'list' });
  host.lists([]);
  client.hears(ack(Option.LIST));
});

test('C-064 S-28 LIST with data is invalid, and names nothing', () => {
  const { client, host } = haggling();
  client.says(option(Option.LIST, new Uint8Array(4)));
  client.hearsRefusal(Option.LIST, OptionReply.ERR_INVALID);
  host.isIdle();
});

/** A served client that has said LIST and reads the refusal. */
async function listRefusal(exports: ExportSource): Promise<ServedConversation> {
  const talk = new ServedConversation({ exports });
  talk.client.says(clientFlags(3));
  await talk.client.hears(greeting());
  talk.client.says(option(Option.LIST));
  return talk;
}

function typeOf(reply: Uint8Array): number {
  return new DataView(reply.buffer, reply.byteOffset).getUint32(12);
}

test('C-066 a source without a list refuses LIST by policy', async () => {
  const talk = await listRefusal({ open: () => undefined });
  expect(typeOf(await talk.client.heard())).toBe(OptionReply.ERR_POLICY);
  await talk.ends();
});

test.each([
  [
    'throws',
    () => {
      throw new Error('no list today');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no list today'))],
])('C-069 LIST of a source that %s is refused, and the session goes on', async (_, list) => {
  const driver = memoryDriver({ size: 512 });
  const talk = await listRefusal({
    list,
    open: () => ({ name: 'disk', driver, close: () => undefined }),
  });
  expect(typeOf(await talk.client.heard())).toBe(OptionReply.ERR_PLATFORM);
  expect(talk.sourceFailures).toHaveLength(1);
  talk.client.says(go('disk'));
  expect(typeOf(await talk.client.heard())).toBe(OptionReply.INFO);
  await talk.ends();
});

test('C-069 LIST of a source that fails half-way ends with an error, and the session goes on', async () => {
  const driver = memoryDriver({ size: 512 });
  const talk = await listRefusal({
    *list() {
      yield { name: 'disk' };
      throw new Error('the rest is lost');
    },
    open: () => ({ name: 'disk', driver, close: () => undefined }),
  });
  const heard = await talk.client.heard();
  const entry = listed(Option.LIST, 'disk');
  expect(heard.subarray(0, entry.length)).toEqual(entry);
  expect(typeOf(heard.subarray(entry.length))).toBe(OptionReply.ERR_PLATFORM);
  expect(talk.sourceFailures).toHaveLength(1);
  talk.client.says(go('disk'));
  expect(typeOf(await talk.client.heard())).toBe(OptionReply.INFO);
  await talk.ends();
});

test('S-44 a list is drawn as it is sent: a client that does not read it costs no memory', async () => {
  const exportCount = 200_000;
  let drawn = 0;
  const service = serveScript(
    {
      *list() {
        for (; drawn < exportCount; drawn++) yield { name: `disk number ${drawn}` };
      },
      open: () => undefined,
    },
    { takesAtOnce: false },
  );
  service.channel.receives(clientFlags(3), option(Option.LIST));
  await quiet();
  expect(drawn).toBeGreaterThan(0);
  expect(service.channel.queuedBytes).toBeLessThan(2 * DEFAULT_LIMITS.unsentBytesMax);
  expect(drawn).toBeLessThan(exportCount / 2);

  service.channel.takeAll();
  let heard = 0;
  let last = service.channel.heard();
  for (let piece = last; piece.length > 0; piece = service.channel.heard()) {
    heard += piece.length;
    last = piece;
    service.channel.takeAll();
  }
  expect(drawn).toBe(exportCount);
  expect(last.subarray(-20)).toEqual(ack(Option.LIST));
  const entries = Array.from({ length: exportCount }, (_, i) => 24 + `disk number ${i}`.length);
  const expected = entries.reduce((sum, bytes) => sum + bytes, 0);
  expect(heard).toBe(greeting().length + expected + ack(Option.LIST).length);
});

test('a list whose reader has gone is closed where it is', async () => {
  let closed = false;
  const service = serveScript(
    {
      *list() {
        try {
          for (;;) yield { name: 'and so on' };
        } finally {
          closed = true;
        }
      },
      open: () => undefined,
    },
    { takesAtOnce: false },
  );
  service.channel.receives(clientFlags(3), option(Option.LIST));
  await quiet();
  expect(closed).toBe(false);
  service.channel.closes(new Error('ECONNRESET'));
  await service.served.done;
  expect(closed).toBe(true);
});

test('C-065 listed names work in EXPORT_NAME, names that the wire cannot carry are left out, and so are such descriptions', async () => {
  const table = exportTable({ a: memoryDriver({ size: 512 }) });
  const talk = new ServedConversation({
    exports: {
      open: (name) => table.open(name),
      list: () => [
        { name: 'a', description: 'nul \0 in it' },
        { name: 'lone \ud800 surrogate' },
        { name: 'x'.repeat(4097) },
      ],
    },
  });
  talk.client.says(clientFlags(3), option(Option.LIST));
  await talk.client.hears(greeting(), listed(Option.LIST, 'a'), ack(Option.LIST));
  talk.client.says(exportNameOption('a'));
  expect(await talk.client.heard()).toHaveLength(10);
  await talk.ends();
});
