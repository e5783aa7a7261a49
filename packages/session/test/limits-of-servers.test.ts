/** Limits of names, of extents, and of the requests of all sessions together. */
import { Command, Option, OptionReply } from '@nbd/codec';
import { type Driver, dataExtent, holeExtent, oneExport } from '@nbd/driver';
import { expect, test } from 'vitest';
import { BufferPool, serveChannel } from '../src/index.ts';
import { batchingDriver } from './batching-driver.ts';
import {
  agreement,
  clientFlags,
  content,
  contextsOption,
  exportNameOption,
  go,
  option,
  read,
  requestIn,
  write,
} from './client-bytes.ts';
import { haggling } from './conversation.ts';
import { readReplies } from './reply-reader.ts';
import { ScriptedChannel } from './scripted-channel.ts';
import { scriptedEntry } from './scripted-service.ts';
import { ack } from './server-bytes.ts';
import { CONTEXT, quiet } from './served-conversation.ts';

const NAMES = { nameBytesMax: 8 };

test('C-049 a name of as many bytes as a server allows is looked for, a longer one is not', () => {
  const { client, host } = haggling(3, NAMES);
  client.says(go('ééééé'));
  client.hearsRefusal(Option.GO, OptionReply.ERR_INVALID);
  client.says(option(Option.STRUCTURED_REPLY));
  client.hears(ack(Option.STRUCTURED_REPLY));
  for (const number of [Option.LIST_META_CONTEXT, Option.SET_META_CONTEXT]) {
    client.says(contextsOption(number, '123456789'));
    client.hearsRefusal(number, OptionReply.ERR_INVALID);
    client.says(contextsOption(number, 'disk', 'x:34', '123456789'));
    client.hearsRefusal(number, OptionReply.ERR_INVALID);
  }
  host.isIdle();
  client.says(go('éééé'));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: 'éééé' });
});

test('C-049 C-071 EXPORT_NAME with a longer name than a server allows ends the session', () => {
  const { client, host } = haggling(3, NAMES);
  client.says(exportNameOption('123456789'));
  host.hasEnded('refused');
  client.hearsNothing();
});

test('C-257 a reply tells no more extents of a context than the limit, and the disk is asked for no more', async () => {
  let told = 0;
  const driver: Driver = {
    size: 2 ** 20,
    read: () => undefined,
    *extents() {
      for (;;) {
        told++;
        yield told % 2 === 0 ? holeExtent(512) : dataExtent(512);
      }
    },
  };
  const channel = new ScriptedChannel();
  const limits = { extentsMax: 5 };
  serveChannel(channel, { exports: oneExport({ driver }), context: CONTEXT, limits });
  channel.receives(clientFlags(3), agreement('structured', '', 'base:allocation'), go());
  await quiet();
  channel.heard();
  channel.receives(requestIn('structured', { type: Command.BLOCK_STATUS, length: 2 ** 20 }));
  await quiet();
  const [reply] = readReplies(channel.heard());
  expect(reply?.statuses.get(1)).toHaveLength(5);
  expect(told).toBe(5);
});

test('C-187 beyond the requests of all sessions each has sixteen under way, and the others follow', async () => {
  const answers: (() => void)[] = [];
  const driver: Driver = {
    size: 2 ** 20,
    read: () =>
      new Promise((resolve) => {
        answers.push(resolve);
      }),
  };
  const pool = new BufferPool({ allInFlightMax: 40 });
  const [first, second] = [
    await scriptedEntry(driver, { pool }),
    await scriptedEntry(driver, { pool }),
  ];
  const requests = Array.from({ length: 100 }, (_, i) => read(0, 512, i));
  first.channel.receives(...requests);
  second.channel.receives(...requests);
  expect([first.served.inFlight, second.served.inFlight]).toEqual([40, 16]);
  expect(pool.inFlight).toBe(56);
  while (answers.length > 0) {
    answers.shift()?.();
    await quiet();
    expect(pool.inFlight).toBeLessThanOrEqual(56);
  }
  for (const { channel } of [first, second]) expect(channel.heard()).toHaveLength(100 * (16 + 512));
  expect(pool.inFlight).toBe(0);
});

test('WRITEs that were gathered when an observer throws are carried out from where they lie', async () => {
  const { driver, disk } = batchingDriver({ retainsSource: false });
  const channel = new ScriptedChannel();
  const observer = {
    ended: () => {
      throw new Error('the observer is broken');
    },
  };
  serveChannel(channel, { exports: oneExport({ driver }), context: CONTEXT, observer });
  channel.receives(clientFlags(3), go());
  await quiet();
  const last = requestIn('simple', { type: Command.DISC });
  const turn = () => channel.receives(write(0, content(9)), write(100, content(9)), last);
  expect(turn).toThrow('the observer is broken');
  expect(disk.subarray(0, 9)).toEqual(content(9));
  expect(disk.subarray(100, 109)).toEqual(content(9));
});
