import { Command, Option } from '@nbd/codec';
import { expect, test } from 'vitest';
import { concat, content, option, request } from '../client-bytes.ts';
import { ack, greeting, listed } from '../server-bytes.ts';
import { clientTranscript, entered, greeted, expectSent, expectTold } from './client-transcript.ts';
import { chunk, cookieOf, data, error, lastChunk, NONE, simple } from './reply-bytes.ts';

const DISC = request({ type: Command.DISC, cookie: -1 });
const ENDED = { kind: 'answered', failure: { kind: 'ended' } };

test('K-032 every request in flight fails once when the connection breaks, and then it is over', () => {
  const server = entered();
  const { session } = server;
  for (let i = 0; i < 5; i++) session.read(new Uint8Array(10), i).tag = i;
  server.breaks();
  const events = server.events();
  expect(events).toMatchObject([ENDED, ENDED, ENDED, ENDED, ENDED, { reason: 'closed-early' }]);
  expect(events.slice(0, 5).map((event) => event.kind === 'answered' && event.tag)).toEqual([
    0, 1, 2, 3, 4,
  ]);
  expect([session.inFlight, session.inFlightBytes, session.phase]).toEqual([0, 0, 'ended']);
  expect(session.nextEvent()).toBeUndefined();
  server.says(simple(cookieOf({ cookieHigh: 0, cookieLow: 0, offset: 0 })));
  expectTold(server);
});

test('K-032 an error that was heard before the end is the one that is told', () => {
  const server = entered({ replyMode: 'structured' });
  server.says(chunk(server.session.flush(), error(5, 'first')));
  server.closes();
  expect(server.events()).toMatchObject([{ failure: { text: 'first' } }, { kind: 'ended' }]);
});

test('K-032 requests that were answered before the end of the input succeed', () => {
  const server = entered();
  const { session } = server;
  const first = session.flush();
  session.flush();
  session.receive(simple(first));
  session.receiveEnd();
  expect(server.events()).toMatchObject([
    { kind: 'answered', failure: undefined },
    ENDED,
    { kind: 'ended', reason: 'closed-early' },
  ]);
});

test('K-033 a FLUSH goes out behind the writes, and does not wait for them', () => {
  const server = entered();
  const { session } = server;
  session.write(content(4), 0);
  session.flush();
  expectSent(
    server,
    request({ type: Command.WRITE, length: 4, cookie: 0 }),
    content(4),
    request({ type: Command.FLUSH, cookieHigh: 1, cookieLow: 1 }),
  );
});

test('K-034 DISC is sent, and the session ends when what is in flight is answered', () => {
  const server = entered();
  const flush = cookieOf(server.session.flush());
  server.heard();
  server.session.disconnect();
  expectSent(server, DISC);
  expectTold(server);
  expect(server.session.wantsBytes).toBe(true);
  server.says(simple(flush));
  expectTold(
    server,
    { kind: 'answered', tag: undefined, type: Command.FLUSH, failure: undefined, statuses: [] },
    { kind: 'ended', reason: 'disconnected', text: '' },
  );
  expect(server.session.wantsBytes).toBe(false);
});

test('K-034 with nothing in flight DISC ends the session at once', () => {
  const server = entered();
  server.session.disconnect();
  expect(server.ended()).toBe('disconnected');
  expectSent(server, DISC);
});

test('K-034 ABORT is sent in our turn, and its answer not waited for', () => {
  const server = greeted();
  server.session.abort();
  expect(server.ended()).toBe('aborted');
  expectSent(server, option(Option.ABORT));
});

test('K-034 without our turn we leave without a word', () => {
  const asking = greeted();
  asking.session.list();
  asking.heard();
  asking.session.abort();
  expect(asking.ended()).toBe('aborted');
  expectSent(asking);
  const early = clientTranscript();
  early.session.abort();
  expect(early.ended()).toBe('aborted');
  expectSent(early);
  expect(() => entered().session.abort()).toThrow('expected DISC');
});

test('K-034 a server that knows no ABORT hears none', () => {
  const server = clientTranscript();
  server.says(Uint8Array.from([...Buffer.from('NBDMAGICIHAVEOPT'), 0, 0]));
  server.heard();
  server.session.abort();
  server.session.abort();
  expect(server.ended()).toBe('aborted');
  expectSent(server);
});

test('K-035 a server may close where nothing is owed to us', () => {
  const haggling = greeted();
  haggling.closes();
  expect(haggling.ended()).toBe('closed');
  const idle = entered();
  idle.says(simple(idle.session.flush()));
  idle.closes();
  expect(idle.ended()).toBe('closed');
});

test('K-035 a server that closes without a greeting, or inside of it, closes early', () => {
  const silent = clientTranscript();
  silent.closes();
  expect(silent.ended()).toBe('closed-early');
  const cut = clientTranscript();
  cut.says(greeting().subarray(0, 17));
  cut.closes();
  expect(cut.ended()).toBe('closed-early');
});

/** A READ in flight, and the reply to it. */
function readAndReply() {
  const server = entered({ replyMode: 'structured' });
  const read = server.session.read(new Uint8Array(20), 0);
  return { server, bytes: lastChunk(read, data(0, content(20))) };
}

test('K-035 the end of the input inside of a reply, wherever, fails what is in flight', () => {
  const { bytes } = readAndReply();
  for (let end = 0; end < bytes.length; end++) {
    const { server } = readAndReply();
    server.says(bytes.subarray(0, end));
    server.closes();
    expect(server.events()).toMatchObject([ENDED, { kind: 'ended', reason: 'closed-early' }]);
  }
});

test('K-035 the end of the input inside of the answer to an option ends the session early', () => {
  const bytes = concat(listed(Option.LIST, 'disk'), ack(Option.LIST));
  for (let end = 0; end < bytes.length; end++) {
    const server = greeted();
    server.session.list();
    server.says(bytes.subarray(0, end));
    server.closes();
    expectTold(server, { kind: 'ended', reason: 'closed-early', text: '' });
  }
});

test('a session that is over owns no memory', () => {
  const server = entered({ replyMode: 'structured' });
  server.session.write(new Uint8Array(40_000), 0);
  server.session.flush();
  server.says(
    chunk(server.session.read(new Uint8Array(9), 0), data(0, content(9))).subarray(0, 25),
  );
  server.breaks();
  expectSent(server);
  expect(server.ended()).toBe('closed-early');
  expect(server.pool.lentBytes).toBe(0);
});

test('a session that waits for replies owns no memory beside what it sends', () => {
  const server = entered({ replyMode: 'structured' });
  const flush = server.session.flush();
  server.heard();
  expect(server.pool.lentBytes).toBe(0);
  server.says(lastChunk(flush, NONE));
  expect(server.pool.lentBytes).toBe(0);
});

test('a large payload leaves from where it lies, and a small one is copied', () => {
  const server = entered();
  const { session } = server;
  const large = new Uint8Array(20_000);
  const small = content(100);
  session.write(small, 0);
  session.write(large, 0);
  session.flush();
  small.fill(0);
  const segments = [session.nextSegment(), session.nextSegment(), session.nextSegment()];
  expect(segments.map((segment) => segment?.bytes.length)).toEqual([28 + 100 + 28, 20_000, 28]);
  expect(segments[0]?.bytes.slice(28, 128)).toEqual(content(100));
  expect(segments[1]?.bytes.buffer).toBe(large.buffer);
  expect(segments[1]?.slab).toBeUndefined();
  expect(session.nextSegment()).toBeUndefined();
});
