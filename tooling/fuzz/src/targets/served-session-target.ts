/**
 * A session served by disks, over a channel that is slow at times. Whatever a client says: no disk is called against its
 * contract, nothing stands still, each disk that was opened is closed once, no memory is kept, and what is said decodes.
 */
import { Option } from '@nbd/codec';
import {
  BufferPool,
  type EndReason,
  type RequestFailure,
  serveChannel,
  type ServedSession,
} from '@nbd/session';
import { concat } from '../../../../packages/session/test/client-bytes.ts';
import { Dice } from '../../../../packages/session/test/client/dice.ts';
import { decodeOutput } from '../../../../packages/session/test/decode-output.ts';
import { ScriptedChannel } from '../../../../packages/session/test/scripted-channel.ts';
import type { Input } from '../input.ts';
import type { Target } from '../target.ts';
import { readLengths, withOwnCookies } from './asked-reads.ts';
import { clientMessage, clientSeeds } from './client-messages.ts';
import { WatchedExports } from './watched-exports.ts';

/** Small, so that they are met. */
const LIMITS = {
  optionsMax: 30,
  inFlightMax: 6,
  inFlightBytesMax: 16_384,
  optionBytesMax: 2000,
  optionDrainBytesMax: 5000,
  payloadBytesMax: 8192,
  payloadDrainBytesMax: 10_000,
  unsentBytesMax: 4096,
};
const OPTION_MAGIC = Buffer.from('49484156454f5054', 'hex');
/** How often the peer takes what was sent before a session that does not go on counts as standing still. */
const PATIENCE = 400;

export const servedSessionTarget: Target = {
  name: 'served-session',
  about: 'disks behind a channel, against any client',
  sources: ['/packages/session/src/', '/packages/codec/src/', '/packages/driver/src/'],
  seeds: clientSeeds,
  makeMessage: clientMessage,
  execute({ choices, messages }: Input): Promise<string> {
    return new ServedPlay(new Dice([...choices])).play(concat(...withOwnCookies(messages)));
  },
};

class ServedPlay {
  readonly #dice: Dice;
  readonly #channel: ScriptedChannel;
  readonly #exports: WatchedExports;
  readonly #pool = new BufferPool();
  readonly #bugs: unknown[] = [];
  readonly #said: Uint8Array[] = [];
  #reason: EndReason | 'none' = 'none';
  #failures = 0;
  #isDone = false;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#channel = new ScriptedChannel({ takesAtOnce: dice.oneIn(2) });
    this.#exports = new WatchedExports(dice);
  }

  async play(stream: Uint8Array): Promise<string> {
    const served = serveChannel(this.#channel, {
      exports: this.#exports,
      context: { peer: 'a fuzzer' },
      limits: LIMITS,
      pool: this.#pool,
      observer: {
        ended: (reason) => {
          this.#reason = reason;
        },
        requestFailed: (failure) => this.#note(failure),
      },
    });
    void this.#awaitEnd(served);
    const vanishes = this.#dice.oneIn(6);
    for (const piece of this.#dice.cut(stream)) {
      await this.#waitUntil(() => !this.#channel.paused || this.#channel.ended);
      if (this.#channel.ended) break;
      this.#tell(piece);
    }
    if (!vanishes) {
      this.#channel.receivesEnd();
      await this.#waitUntil(() => this.#channel.ended);
      this.#takeAll();
    }
    this.#channel.closes();
    await this.#waitUntil(() => this.#isDone);
    this.#check(stream, vanishes);
    return `${this.#reason} ${vanishes} ${Math.min(3, this.#failures)}`;
  }

  async #awaitEnd({ done }: ServedSession): Promise<void> {
    await done;
    this.#isDone = true;
  }

  #note({ error, isBug }: RequestFailure): void {
    this.#failures++;
    if (isBug) this.#bugs.push(error);
  }

  /** What lands where it belongs is told so, the rest in the usual way. */
  #tell(piece: Uint8Array): void {
    const room = this.#dice.oneIn(2) ? (this.#channel.landing?.length ?? 0) : 0;
    const landed = piece.subarray(0, room);
    if (landed.length > 0) this.#channel.lands(landed);
    if (landed.length < piece.length) this.#channel.receives(piece.subarray(landed.length));
  }

  /** The peer takes what there is, until `holds`. */
  async #waitUntil(holds: () => boolean): Promise<void> {
    for (let round = 0; !holds(); round++) {
      if (round > PATIENCE) throw new Error(`stands still, ${this.#reason}`);
      await allMicrotasks();
      this.#takeAll();
    }
  }

  #takeAll(): void {
    this.#channel.takeAll();
    this.#said.push(this.#channel.heard());
  }

  #check(stream: Uint8Array, vanished: boolean): void {
    const [fault] = this.#exports.faults;
    if (fault !== undefined) throw new Error(`the contract of a driver is broken: ${fault}`);
    if (this.#bugs.length > 0) throw this.#bugs[0];
    if (this.#pool.lentBytes !== 0)
      throw new Error(`${this.#pool.lentBytes} bytes are not given back`);
    const dataBytes = readLengths(stream);
    if (vanished || dataBytes === undefined || hasExportName(stream)) return;
    decodeOutput(concat(...this.#said), { dataBytes });
  }
}

/** Whether there is an EXPORT_NAME in it, whose answer looks like nothing else. */
function hasExportName(stream: Uint8Array): boolean {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  for (let at = bytes.indexOf(OPTION_MAGIC); at !== -1; at = bytes.indexOf(OPTION_MAGIC, at + 1)) {
    if (at + 12 <= bytes.length && bytes.readUInt32BE(at + 8) === Option.EXPORT_NAME) return true;
  }
  return false;
}

/** Resolves when no promise that can go on is left to do so. */
function allMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
