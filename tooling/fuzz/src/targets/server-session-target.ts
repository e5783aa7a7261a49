/**
 * The server's state machine with a host that grants, refuses, fails and has TLS. Whatever a client says: it throws nothing,
 * goes on or ends, ends once, holds no memory then, says what decodes, hears nothing in the clear behind STARTTLS, and does
 * the same however the bytes are cut, and whatever the memory that it is lent has held before.
 */
import { isDeepStrictEqual } from 'node:util';
import { Command, Option } from '@nbd/codec';
import { BufferPool, type TlsMode } from '@nbd/session';
import {
  AutomaticHost,
  type AutomaticHostOptions,
} from '../../../../packages/session/test/automatic-host.ts';
import { concat, option } from '../../../../packages/session/test/client-bytes.ts';
import { Dice } from '../../../../packages/session/test/client/dice.ts';
import { decodeOutput } from '../../../../packages/session/test/decode-output.ts';
import type { Input } from '../input.ts';
import type { Target } from '../target.ts';
import { readLengths, withOwnCookies } from './asked-reads.ts';
import { clientMessage, clientOpening, clientSeeds, DISK_BYTES } from './client-messages.ts';

/** Small, so that they are met. */
const LIMITS = {
  optionsMax: 30,
  inFlightMax: 5,
  inFlightBytesMax: 9000,
  optionBytesMax: 2000,
  optionDrainBytesMax: 5000,
  payloadBytesMax: 4096,
  payloadDrainBytesMax: 6000,
};

/** The server shuts down before one of so many pieces of what the client says, if there are as many. */
const STOPS_WITHIN = 40;
/** Mostly in the clear. */
const TLS_MODES: readonly TlsMode[] = ['off', 'off', 'off', 'off', 'on', 'require'];
const REFUSED_NAMES: ReadonlySet<string> = new Set(['broken', 'denied', 'nowhere']);
/** The option, which has no data. */
const STARTTLS: Uint8Array = option(Option.STARTTLS);
const SECTOR_BYTES = 512;
/** A disk has one sector that is bad, or none: there are as many numbers as would be in two disks. */
const SECTORS = (2 * DISK_BYTES) / SECTOR_BYTES;
/** Bit 1 of the client's flags: no zeroes behind the answer to EXPORT_NAME. */
const NO_ZEROES = 2;

export const serverSessionTarget: Target = {
  name: 'server-session',
  about: 'the state machine of a server, against any client',
  sources: ['/packages/session/src/', '/packages/codec/src/'],
  seeds: clientSeeds,
  makeMessage: clientMessage,
  makeOpening: clientOpening,
  execute({ choices, messages }: Input): string {
    const dice = new Dice([...choices]);
    const stream = concat(...withOwnCookies(messages));
    const dataBytes = readLengths(stream);
    const shared = { limits: LIMITS, pool: new BufferPool(), ...temperBy(dice) };
    const parts = shared.tls === 'off' ? [stream] : partsUnderTls(stream);
    const atOnce = play(parts, new AutomaticHost(shared), dice);
    check(atOnce, stream, dataBytes);
    expectInRange(atOnce);
    const cut = new AutomaticHost({ ...shared, lands: dice.oneIn(2) });
    const pieces = parts.flatMap((part) => dice.cut(part));
    expectSame(play(pieces, cut, dice), atOnce);
    if (shared.tls !== 'off') {
      expectNothingInTheClear(play([stream], new AutomaticHost(shared), dice));
    }
    const answersAtOnce = () => dice.oneIn(3);
    const late = new AutomaticHost({ ...shared, answersAtOnce, lands: dice.oneIn(2) });
    const stopsAt = dice.below(STOPS_WITHIN);
    check(play(dice.cut(stream), late, dice, stopsAt), stream, dataBytes);
    return wordOf(atOnce);
  },
};

/** What a host has against its client. It is the same in all plays of an input: no answer hangs on when it is given. */
function temperBy(dice: Dice): Required<Pick<AutomaticHostOptions, 'fails' | 'refuses' | 'tls'>> {
  const tls = TLS_MODES[dice.below(TLS_MODES.length)] ?? 'off';
  const hidesAll = dice.oneIn(6);
  const failsFlushes = dice.oneIn(6);
  const badAt = (SECTORS - 1 - dice.below(SECTORS)) * SECTOR_BYTES;
  return {
    tls,
    refuses: (question) =>
      question.kind === 'list' ? hidesAll : REFUSED_NAMES.has(question.exportName),
    fails: ({ type, offset, length }) =>
      type === Command.FLUSH
        ? failsFlushes
        : offset < badAt + SECTOR_BYTES && offset + length > badAt,
  };
}

/** What is behind a STARTTLS comes by itself: in one piece with it, it would be in the clear. */
function partsUnderTls(stream: Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const parts: Uint8Array[] = [];
  let begun = 0;
  for (let at = bytes.indexOf(STARTTLS); at !== -1; at = bytes.indexOf(STARTTLS, at + 1)) {
    const end = at + STARTTLS.length;
    parts.push(stream.subarray(begun, end));
    begun = end;
  }
  parts.push(stream.subarray(begun));
  return parts.filter(({ length }) => length > 0);
}

/** The client says all of it and closes; the server shuts down before the piece with that number. */
function play(
  pieces: readonly Uint8Array[],
  host: AutomaticHost,
  dice: Dice,
  stopsAt?: number,
): AutomaticHost {
  for (const [number, piece] of pieces.entries()) {
    if (number === stopsAt) host.session.shutDown();
    host.receives(piece);
    while (!host.session.wantsBytes && host.lent.length > 0) host.answers(dice.below(256));
  }
  host.session.receiveEnd();
  host.turn();
  host.answersAll();
  return host;
}

function check(
  host: AutomaticHost,
  stream: Uint8Array,
  dataBytes: ReadonlyMap<number, number> | undefined,
): void {
  const { session, events, pool } = host;
  if (session.phase !== 'ended') throw new Error('the session does not end');
  const ends = events.filter((event) => event.startsWith('ended'));
  if (ends.length !== 1) throw new Error(`expected one end, found ${ends.join()}`);
  if (pool.lentBytes !== 0) throw new Error(`${pool.lentBytes} bytes are not given back`);
  if (dataBytes === undefined) return;
  const { exportNameAnswerAt } = host;
  const zeroes = ((stream[3] ?? 0) & NO_ZEROES) === 0;
  decodeOutput(host.output, { dataBytes, exportNameAnswerAt, zeroes });
}

/** No request reaches past the end of the disk. A RESIZE tells its size as the offset, and this host carries none out. */
function expectInRange({ events }: AutomaticHost): void {
  for (const event of events) {
    const [, type, offset, length] = /^request (\d+) \d+ (\d+)\+(\d+) /.exec(event) ?? [];
    if (type === undefined || Number(type) === Command.RESIZE) continue;
    if (Number(offset) + Number(length) > DISK_BYTES) {
      throw new Error(`${offset}+${length} of ${DISK_BYTES} bytes`);
    }
  }
}

/** Where all came in one piece, a STARTTLS that was granted is the last that is heard. */
function expectNothingInTheClear({ events }: AutomaticHost): void {
  const at = events.indexOf('secure');
  const [next = 'no end', ...more] = events.slice(at + 1);
  if (at === -1 || (next.startsWith('ended') && more.length === 0)) return;
  throw new Error(`in the clear behind STARTTLS: ${next}`);
}

function expectSame(found: AutomaticHost, expected: AutomaticHost): void {
  if (!isDeepStrictEqual(found.events, expected.events)) {
    const at = found.events.findIndex((event, i) => event !== expected.events[i]);
    throw new Error(`cut: expected ${expected.events[at]}, found ${found.events[at]}`);
  }
  if (!isDeepStrictEqual(found.output, expected.output)) throw new Error('cut: other output');
  if (Buffer.compare(found.disk, expected.disk) !== 0) throw new Error('cut: another disk');
  if (found.pool.lentBytes !== 0) throw new Error('cut: memory is not given back');
}

/** How it ended, and which kinds of events there were. */
function wordOf({ events }: AutomaticHost): string {
  const kinds = new Set(events.map((event) => event.split(' ').slice(0, 2).join(' ')));
  return [...kinds].toSorted().join(', ');
}
