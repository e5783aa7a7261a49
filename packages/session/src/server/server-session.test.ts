import { Command, ErrorCode, Option, OptionReply } from '@nbd/codec';
import { expect, test } from 'vitest';
import { clientFlags, content, go, option, read, write } from '../../test/client-bytes.ts';
import { conversation, entered, factsOf, haggling } from '../../test/conversation.ts';
import { UsageError } from '../usage-error.ts';
import { ServerSession } from './server-session.ts';

test('a limit that is no number of bytes is refused when the session is made', () => {
  expect(() => new ServerSession({ limits: { inFlightMax: 0 } })).toThrow(RangeError);
});

test('an answer without a question is a UsageError', () => {
  const { session } = haggling();
  expect(() => session.grantList([])).toThrow(UsageError);
  expect(() => session.grantExport(factsOf())).toThrow(UsageError);
  expect(() => session.refuse(OptionReply.ERR_UNKNOWN, 'x')).toThrow(UsageError);
});

test('an answer of the wrong kind is a UsageError, and the question stays', () => {
  const { client, host, session } = haggling();
  client.says(option(Option.LIST));
  expect(() => session.grantExport(factsOf())).toThrow(UsageError);
  host.isAsked({ kind: 'list' });
  host.lists([]);
  client.says(go('disk'));
  expect(() => session.grantList([])).toThrow(UsageError);
  host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
  host.grants(factsOf());
  expect(session.phase).toBe('transmission');
});

test('a question that is answered twice is a UsageError', () => {
  const { client, session } = haggling();
  client.says(option(Option.LIST));
  session.grantList([]);
  expect(() => session.grantList([])).toThrow(UsageError);
});

test('a request that is answered twice is a UsageError, whichever way', () => {
  const { client, host, session } = entered();
  client.says(write(0, Uint8Array.of(1)));
  const lent = host.isGiven({ length: 1 });
  host.finishes(lent);
  expect(() => session.finish(lent)).toThrow(UsageError);
  expect(() => session.fail(lent, ErrorCode.EIO)).toThrow(UsageError);
  expect(() => session.reserveData(lent)).toThrow(UsageError);
  expect(() => session.keepPayload(lent)).toThrow(UsageError);
});

test('a request that is answered before there are any is a UsageError', () => {
  const { client, host } = entered();
  client.says(read(0, 1));
  const lent = host.isGiven({ length: 1 });
  const other = haggling();
  expect(() => other.session.finish(lent)).toThrow(UsageError);
});

test('a READ that is finished without its data is a UsageError: nothing that is no reply may be sent', () => {
  const { client, host, session } = entered();
  client.says(read(0, 8));
  const lent = host.isGiven({ length: 8 });
  expect(() => session.finish(lent)).toThrow(UsageError);
  host.fails(lent, ErrorCode.EIO);
});

test('isBusy, inFlight and phase tell where the session is', () => {
  const { client, host, session } = conversation();
  const state = () => [session.phase, session.isBusy, session.inFlight, session.wantsBytes];
  expect(state()).toEqual(['handshake', false, 0, true]);
  client.says(clientFlags(3), go('disk'));
  expect(state()).toEqual(['handshake', true, 0, false]);
  host.isAsked({ kind: 'open', option: Option.GO, exportName: 'disk' });
  host.grants(factsOf());
  expect(state()).toEqual(['transmission', false, 0, true]);
  client.says(read(0, 1));
  expect(state()).toEqual(['transmission', true, 1, true]);
  client.says(write(0, Uint8Array.of(1, 2)).subarray(0, 29));
  host.fails(host.isGiven({ length: 1 }), ErrorCode.EIO);
  expect(state()).toEqual(['transmission', true, 0, true]);
  host.leaves();
  expect(state()).toEqual(['ended', false, 0, false]);
});

test('keepPayload makes a borrowed payload last, once, and its memory comes back with the reply', () => {
  const { client, host, session, pool } = entered();
  client.says(write(0, Uint8Array.of(1, 2, 3)));
  const lent = host.isGiven({ length: 3 });
  const kept = lent.payload;
  session.keepPayload(lent);
  expect(lent.payload).toBe(kept);
  expect(pool.lentBytes).toBeGreaterThan(0);
  host.finishes(lent);
  expect(pool.lentBytes).toBe(0);
});

test('a host that puts a payload in place itself is told where, and may not put more', () => {
  const { session, client, host } = entered();
  const bytes = write(8, content(100));
  client.says(bytes.subarray(0, 40));
  const place = session.landing;
  expect(place?.length).toBe(88);
  expect(() => session.landed(89)).toThrow('no more bytes than there is a place for');
  place?.set(bytes.subarray(40));
  session.landed(88);
  client.says();
  expect(session.landing).toBeUndefined();
  expect(host.isGiven({ type: Command.WRITE }).payload).toEqual(content(100));
});

test('large payloads are expected after one that has its place, not after one that goes by', () => {
  const { session, client, host } = entered(factsOf({ size: 2 ** 20 }));
  const bytes = 2 ** 18;
  client.says(write(0, content(bytes)).subarray(0, 100));
  expect([session.expectsLarge, session.landing?.length]).toEqual([true, bytes - 72]);
  client.says(content(bytes - 72), write(2 ** 20, content(bytes)).subarray(0, 100));
  host.finishes(host.isGiven({ type: Command.WRITE, offset: 0 }));
  expect([session.expectsLarge, session.landing]).toEqual([false, undefined]);
});
