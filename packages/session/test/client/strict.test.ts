/** What must not be asked for is thrown at the caller, before anything is sent. */
import { Command, CommandFlag, TransmissionFlag } from '@nbd/codec';
import { expect, test } from 'vitest';
import type { ClientSession } from '../../src/index.ts';
import { request } from '../client-bytes.ts';
import {
  clientTranscript,
  entered,
  EVERYTHING,
  type Entering,
  expectSent,
} from './client-transcript.ts';

const { HAS_FLAGS, READ_ONLY, SEND_FUA } = TransmissionFlag;
const bytes = new Uint8Array(4096);

type Wish = (session: ClientSession) => unknown;

function expectRefused(entering: Entering, wish: Wish, words: string): void {
  const server = entered(entering);
  expect(() => wish(server.session)).toThrow(words);
  expectSent(server);
  expect(server.session.inFlight).toBe(0);
  const lenient = entered({ ...entering, strict: false });
  wish(lenient.session);
  expect(lenient.session.readyBytes).toBeGreaterThan(0);
}

test.each<[string, Wish]>([
  ['READ', (session) => session.read(bytes, 1)],
  ['WRITE', (session) => session.write(bytes, 1)],
  ['TRIM', (session) => session.trim(1, 512)],
  ['CACHE', (session) => session.cache(512, 1)],
  ['WRITE_ZEROES', (session) => session.zero(512, 511)],
  ['BLOCK_STATUS', (session) => session.blockStatus(511, 512)],
])('K-018 a %s against the minimum block is not sent', (_name, wish) => {
  const entering: Entering = {
    blockSize: [512, 2 ** 25],
    replyMode: 'structured',
    contexts: ['a:b'],
  };
  expectRefused(entering, wish, 'expected multiples of 512');
});

test('K-018 a READ or WRITE above the largest payload is not sent; a TRIM is', () => {
  const entering: Entering = { blockSize: [1, 4096], size: 2 ** 30 };
  expectRefused(entering, (session) => session.read(new Uint8Array(4097), 0), 'at most 4096 bytes');
  expectRefused(
    entering,
    (session) => session.write(new Uint8Array(4097), 0),
    'at most 4096 bytes',
  );
  expect(entered(entering).session.trim(0, 2 ** 29).inFlight).toBe(true);
});

test('K-018 without a word on block sizes, 32 MiB are the most, and any alignment will do', () => {
  const entering: Entering = { size: 2 ** 30 };
  const large = new Uint8Array(2 ** 25 + 1);
  expectRefused(entering, (session) => session.read(large, 0), 'at most 33554432 bytes');
  entered(entering).session.read(large.subarray(1), 1);
});

test('K-018 with no payload limit, larger ones are sent', () => {
  const { session } = entered({ size: 2 ** 30, blockSize: [1, 0xffff_ffff] });
  expect(session.read(new Uint8Array(2 ** 25 + 1), 0).inFlight).toBe(true);
});

test.each<[string, Wish]>([
  ['FLUSH', (session) => session.flush()],
  ['TRIM', (session) => session.trim(0, 1)],
  ['CACHE', (session) => session.cache(0, 1)],
  ['WRITE_ZEROES', (session) => session.zero(0, 1)],
  ['RESIZE', (session) => session.resize(1)],
])('K-019 a %s that is not offered is not sent', (name, wish) => {
  expectRefused(
    { transmissionFlags: HAS_FLAGS },
    wish,
    `${name}: the export does not offer SEND_${name}`,
  );
});

test.each<[string, Wish]>([
  ['WRITE', (session) => session.write(bytes, 0)],
  ['TRIM', (session) => session.trim(0, 1)],
  ['WRITE_ZEROES', (session) => session.zero(0, 1)],
  ['RESIZE', (session) => session.resize(1)],
])('K-019 a %s on a read-only export is not sent', (_name, wish) => {
  expectRefused({ transmissionFlags: EVERYTHING | READ_ONLY }, wish, 'read-only');
});

test('K-019 a FLUSH on a read-only export is sent', () => {
  const { session } = entered({ transmissionFlags: EVERYTHING | READ_ONLY });
  expect(session.flush().inFlight).toBe(true);
});

test.each<[string, Wish]>([
  ['READ', (session) => session.read(bytes, 61_441)],
  ['WRITE', (session) => session.write(bytes, 65_536)],
  ['TRIM', (session) => session.trim(65_537, 1)],
  ['CACHE', (session) => session.cache(Number.MAX_SAFE_INTEGER, 1)],
  ['WRITE_ZEROES', (session) => session.zero(65_535, 2)],
  ['BLOCK_STATUS', (session) => session.blockStatus(0, 65_537)],
])('K-019 a %s beyond the export is not sent', (_name, wish) => {
  expectRefused({ replyMode: 'structured', contexts: ['a:b'] }, wish, 'inside of 65536 bytes');
});

test('K-019 an empty range is not sent', () => {
  expectRefused({}, (session) => session.read(bytes.subarray(0, 0), 0), 'expected a length');
  expectRefused({}, (session) => session.trim(0, 0), 'expected a length');
});

test.each<[string, Wish]>([
  ['FUA', (session) => session.write(bytes, 0, CommandFlag.FUA)],
  ['DF', (session) => session.read(bytes, 0, CommandFlag.DF)],
  ['FAST_ZERO', (session) => session.zero(0, 1, CommandFlag.FAST_ZERO)],
])('K-019 %s that is not offered is not sent', (flag, wish) => {
  const transmissionFlags = HAS_FLAGS | TransmissionFlag.SEND_WRITE_ZEROES;
  expectRefused({ transmissionFlags }, wish, `does not take ${flag}`);
});

test.each<[string, Wish]>([
  ['NO_HOLE', (session) => session.write(bytes, 0, CommandFlag.NO_HOLE)],
  ['DF', (session) => session.write(bytes, 0, CommandFlag.DF)],
  ['REQ_ONE', (session) => session.read(bytes, 0, CommandFlag.REQ_ONE)],
  ['FAST_ZERO', (session) => session.trim(0, 1, CommandFlag.FAST_ZERO)],
  ['PAYLOAD_LEN', (session) => session.trim(0, 1, CommandFlag.PAYLOAD_LEN)],
])('K-019 %s on a command that has no use for it is not sent', (flag, wish) => {
  expectRefused({ replyMode: 'structured' }, wish, `does not take ${flag}`);
});

test('K-019 all that is offered is sent', () => {
  const { session } = entered({ replyMode: 'extended', contexts: ['a:b'] });
  const { FUA, DF, NO_HOLE, FAST_ZERO, REQ_ONE } = CommandFlag;
  session.read(bytes, 0, FUA | DF);
  session.write(bytes, 0, FUA);
  session.flush(FUA);
  session.trim(0, 4096, FUA);
  session.zero(0, 4096, FUA | NO_HOLE | FAST_ZERO);
  session.cache(0, 4096, FUA);
  session.blockStatus(0, 4096, FUA | REQ_ONE);
  session.blockStatus(0, 4096, REQ_ONE, [1]);
  session.resize(4096);
  expect(session.inFlight).toBe(9);
  expect(session.inFlightBytes).toBe(2 * 4096);
});

test('K-019 FUA goes with every command where it is offered', () => {
  const { session } = entered({ transmissionFlags: HAS_FLAGS | SEND_FUA });
  expect(session.read(bytes, 0, CommandFlag.FUA).inFlight).toBe(true);
});

test('K-019 nothing is sent after DISC', () => {
  const server = entered();
  server.session.flush();
  server.session.disconnect();
  server.heard();
  expect(() => server.session.flush()).toThrow('no more requests after DISC');
  expect(() => server.session.disconnect()).toThrow('no more requests after DISC');
  expectSent(server);
});

test('K-030 BLOCK_STATUS without a context is not sent', () => {
  expectRefused(
    { replyMode: 'structured' },
    (session) => session.blockStatus(0, 1),
    'no meta context',
  );
});

function choose(ids: readonly number[]): Wish {
  return (session) => session.blockStatus(0, 1, 0, ids);
}

test('a choice of contexts is sent only where it is offered, and of those that are selected', () => {
  const contexts = ['a:b', 'c:d'];
  const transmissionFlags = EVERYTHING & ~TransmissionFlag.BLOCK_STATUS_PAYLOAD;
  const extended: Entering = { replyMode: 'extended', contexts };
  expectRefused({ ...extended, transmissionFlags }, choose([1]), 'does not offer a choice');
  expectRefused(extended, choose([]), 'each once');
  expectRefused(extended, choose([1, 1]), 'each once');
  expectRefused(extended, choose([1, 3]), 'each once');
  const compact = entered({ replyMode: 'structured', contexts, strict: false });
  expect(() => compact.session.blockStatus(0, 1, 0, [1])).toThrow('extended headers');
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('an offset of %d is never sent', (offset) => {
  const { session } = entered({ strict: false });
  expect(() => session.trim(offset, 1)).toThrow(RangeError);
  expect(() => session.resize(offset)).toThrow(RangeError);
});

test('a length that the form cannot carry is never sent', () => {
  const compact = entered({ strict: false });
  expect(() => compact.session.trim(0, 2 ** 32)).toThrow(RangeError);
  expect(() => compact.session.trim(0, -1)).toThrow(RangeError);
  compact.session.trim(0, 2 ** 32 - 1);
  const extended = entered({ strict: false, replyMode: 'extended' });
  extended.session.trim(0, 2 ** 32);
  expect(() => extended.session.trim(0, 2 ** 53)).toThrow(RangeError);
});

test('a session that is not strict sends what it is told to', () => {
  const server = entered({ strict: false, transmissionFlags: HAS_FLAGS });
  server.session.trim(2 ** 50, 7, 0xffdf);
  expectSent(
    server,
    request({ type: Command.TRIM, offset: 2 ** 50, length: 7, flags: 0xffdf, cookie: 0 }),
  );
});

test('requests are not made before an export is entered, nor after the end', () => {
  const server = clientTranscript();
  expect(() => server.session.flush()).toThrow('no export is entered');
  expect(() => server.session.disconnect()).toThrow('no export is entered');
  server.breaks();
  expect(() => server.session.flush()).toThrow('the session is over');
  expect(() => server.session.list()).toThrow('the session is over');
});
