/**
 * The server's state machine with a host that answers. Whatever a client says: it throws nothing, goes on or ends, ends
 * once, holds no memory then, says what decodes, and does the same however the bytes are cut, and whatever the memory that
 * it is lent has held before.
 */
import { isDeepStrictEqual } from 'node:util';
import { Command } from '@nbd/codec';
import { BufferPool } from '@nbd/session';
import { AutomaticHost } from '../../../../packages/session/test/automatic-host.ts';
import { concat } from '../../../../packages/session/test/client-bytes.ts';
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
    const shared = { limits: LIMITS, pool: new BufferPool() };
    const atOnce = play([stream], new AutomaticHost(shared), dice);
    check(atOnce, stream, dataBytes);
    expectInRange(atOnce);
    const cut = new AutomaticHost({ ...shared, lands: dice.oneIn(2) });
    play(dice.cut(stream), cut, dice);
    expectSame(cut, atOnce);
    const answersAtOnce = () => dice.oneIn(3);
    const late = new AutomaticHost({ ...shared, answersAtOnce, lands: dice.oneIn(2) });
    const stopsAt = dice.below(STOPS_WITHIN);
    check(play(dice.cut(stream), late, dice, stopsAt), stream, dataBytes);
    return wordOf(atOnce);
  },
};

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
