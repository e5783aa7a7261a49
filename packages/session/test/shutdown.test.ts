/** Spec: "NBD_CMD_DISC", "NBD_REP_ERR_SHUTDOWN", "NBD_ESHUTDOWN". */
import { Command, ErrorCode, Option, OptionReply } from '@nbd/codec';
import { expect, test } from 'vitest';
import {
  clientFlags,
  content,
  disconnect,
  go,
  option,
  read,
  request,
  write,
} from './client-bytes.ts';
import { countingSource, unsettled } from './counting-source.ts';
import { entered, haggling } from './conversation.ts';
import { recordingDriver } from './recording-driver.ts';
import { scriptedEntry, serveScript } from './scripted-service.ts';
import { quiet, serving } from './served-conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { EINVAL, ESHUTDOWN, EIO } = ErrorCode;

test('C-282 S-32 during shutdown what is in flight is answered, and each new request is told ESHUTDOWN', () => {
  const { client, host } = entered();
  client.says(read(0, 2, 1));
  const lent = host.isGiven({ length: 2 });
  host.shutsDown();
  client.says(
    read(0, 2, 2),
    request({ type: Command.FLUSH, cookie: 3 }),
    request({ type: 99, cookie: 4 }),
  );
  client.hears(errorReply(2, ESHUTDOWN), errorReply(3, ESHUTDOWN), errorReply(4, ESHUTDOWN));
  host.finishes(lent, content(2));
  client.hears(simpleReply(1, content(2)));
  client.says(disconnect());
  host.hasEnded('disconnected');
});

test('C-283 a payload that is half here when the shutdown begins is still written', () => {
  const { client, host } = entered();
  const said = write(0, content(10));
  client.says(said.subarray(0, 33));
  host.shutsDown();
  client.says(said.subarray(33));
  expect(host.isGiven({ type: Command.WRITE }).payload).toEqual(content(10));
});

test('C-054 C-285 S-32 a shutdown before the first byte is not forgotten, and holds in the transmission phase too', () => {
  const { client, host } = haggling();
  client.says(go('disk'));
  host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
  host.shutsDown();
  host.refuses(OptionReply.ERR_UNKNOWN);
  client.hearsRefusal(Option.GO, OptionReply.ERR_UNKNOWN);
  client.says(option(Option.LIST));
  client.hearsRefusal(Option.LIST, OptionReply.ERR_SHUTDOWN);
});

test('C-282 C-285 a question that was asked before the shutdown may be granted; requests after it are refused', async () => {
  const opening = unsettled();
  const source = countingSource({ beforeOpen: () => opening.promise });
  const service = serveScript(source);
  service.channel.receives(clientFlags(3), go('a'), read(0, 1, 6));
  service.served.shutDown();
  opening.resolve();
  await quiet();
  const heard = service.channel.heard();
  expect(heard.subarray(-16)).toEqual(errorReply(6, ESHUTDOWN));
});

test('leave waits for what is in flight, then ends without another word', async () => {
  const reading = unsettled();
  const { driver } = recordingDriver({ before: () => reading.promise });
  const { channel, served, reasons } = await scriptedEntry(driver);
  channel.receives(read(0, 2, 1));
  served.leave();
  expect(channel.ended).toBe(false);
  reading.resolve();
  await quiet();
  expect(channel.heard()).toEqual(simpleReply(1, new Uint8Array(2)));
  expect(channel.ended).toBe(true);
  expect(reasons).toEqual(['left']);
});

test('leave during the handshake waits for the answer to a question', async () => {
  const opening = unsettled();
  const service = serveScript(countingSource({ beforeOpen: () => opening.promise }));
  service.channel.receives(clientFlags(3), go('none'));
  service.served.leave();
  expect(service.reasons).toEqual([]);
  opening.resolve();
  await quiet();
  expect(service.reasons).toEqual(['left']);
  expect(service.channel.ended).toBe(true);
});

test('C-280 C-007 requests before a DISC are answered before the end, also those that take a while', async () => {
  const reading = unsettled();
  const { driver } = recordingDriver({ before: () => reading.promise });
  const { channel } = await scriptedEntry(driver);
  channel.receives(read(0, 2, 1), disconnect(), read(0, 2, 2));
  channel.receivesEnd();
  await quiet();
  expect(channel.ended).toBe(false);
  reading.resolve();
  await quiet();
  expect(channel.heard()).toEqual(simpleReply(1, new Uint8Array(2)));
  expect(channel.ended).toBe(true);
});

test('C-008 the replies to what came before a broken request leave before the end', async () => {
  const { driver } = recordingDriver();
  const talk = await serving(driver);
  talk.client.says(read(0, 2, 1), request({ type: 99, cookie: 2 }), new Uint8Array(28));
  await talk.client.hears(simpleReply(1, new Uint8Array(2)), errorReply(2, EINVAL));
  expect(talk.reasons).toEqual(['bad-magic']);
  expect(talk.client.hasEnd).toBe(true);
  await talk.ends();
});

test('the end may come while requests are lent: their answers are sent, and their errors too', () => {
  const { client, host, session, pool } = entered();
  client.says(read(0, 2, 1), read(2, 2, 2));
  const [first, second] = [host.isGiven({ offset: 0 }), host.isGiven({ offset: 2 })];
  host.leaves();
  host.hasEnded('left');
  expect(session.inFlight).toBe(2);
  host.fails(second, EIO);
  host.finishes(first, content(2));
  client.hears(errorReply(2, EIO), simpleReply(1, content(2)));
  expect(session.inFlight).toBe(0);
  expect(pool.lentBytes).toBe(0);
});

test('nothing that comes after the end is looked at', () => {
  const { client, host } = entered();
  host.abandons();
  host.hasEnded('closed');
  client.says(read(0, 1), new Uint8Array(1000));
  client.hearsNothing();
  host.hasEnded('closed');
});
