/**
 * A session served by disks, over a channel that is slow at times. Whatever a client says: no disk is called against its
 * contract, nothing stands still, each disk that was opened is closed once, no memory is kept, and what is said decodes.
 */
import { Option } from '@nbd/codec';
import type { TlsPeer } from '@nbd/driver';
import {
  BufferPool,
  type EndReason,
  type RequestFailure,
  serveChannel,
  type ServedSession,
  type TlsMode,
} from '@nbd/session';
import { concat } from '../../../../packages/session/test/client-bytes.ts';
import { Dice } from '../../../../packages/session/test/client/dice.ts';
import { decodeOutput } from '../../../../packages/session/test/decode-output.ts';
import { ScriptedChannel } from '../../../../packages/session/test/scripted-channel.ts';
import type { Input } from '../input.ts';
import type { Target } from '../target.ts';
import { readLengths, withOwnCookies } from './asked-reads.ts';
import { clientMessage, clientOpening, clientSeeds, LARGE_BYTES } from './client-messages.ts';
import { WatchedExports } from './watched-exports.ts';

/** Small, so that they are met; how long a payload may be is a disk's to say. */
const LIMITS = {
  optionsMax: 30,
  inFlightMax: 6,
  inFlightBytesMax: 16_384,
  optionBytesMax: 2000,
  optionDrainBytesMax: 5000,
  payloadBytesMax: LARGE_BYTES,
  payloadDrainBytesMax: 10_000,
  unsentBytesMax: 4096,
};
const LENDS_FROM = 512;
/** Mostly in the clear. */
const TLS_MODES: readonly TlsMode[] = ['off', 'off', 'off', 'off', 'on', 'require'];
/** A server that stops does so before one of so many pieces of what the client says, if there are as many. */
const STOPS_WITHIN = 60;
const OPTION_MAGIC = Buffer.from('49484156454f5054', 'hex');
/** How often the peer takes what was sent before a session that does not go on counts as standing still. */
const PATIENCE = 400;

export const servedSessionTarget: Target = {
  name: 'served-session',
  about: 'disks behind a channel, against any client',
  sources: ['/packages/session/src/', '/packages/codec/src/', '/packages/driver/src/'],
  seeds: clientSeeds,
  makeMessage: clientMessage,
  makeOpening: clientOpening,
  execute({ choices, messages }: Input): Promise<string> {
    return new ServedPlay(new Dice([...choices])).play(withOwnCookies(messages));
  },
};

class ServedPlay {
  readonly #dice: Dice;
  readonly #channel: ScriptedChannel;
  readonly #tls: TlsMode;
  readonly #exports: WatchedExports;
  readonly #pool = new BufferPool();
  readonly #bugs: unknown[] = [];
  readonly #said: Uint8Array[] = [];
  #reason: EndReason | 'none' = 'none';
  #failures = 0;
  #isDone = false;
  #isSecuring = false;
  #isSecured = false;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#channel = new ScriptedChannel({ takesAtOnce: dice.oneIn(2) });
    this.#channel.lendsFrom = LENDS_FROM;
    this.#exports = new WatchedExports(dice);
    this.#tls = TLS_MODES[dice.below(TLS_MODES.length)] ?? 'off';
  }

  async play(messages: readonly Uint8Array[]): Promise<string> {
    const secure = () => this.#secure();
    const served = serveChannel(Object.assign(this.#channel, { secure }), {
      exports: this.#exports,
      tls: this.#tls,
      context: { peer: 'a fuzzer' },
      limits: LIMITS,
      pool: this.#pool,
      observer: {
        ended: (reason) => {
          this.#reason = reason;
        },
        secured: () => {
          this.#isSecured = true;
        },
        requestFailed: (failure) => this.#note(failure),
      },
    });
    void this.#awaitEnd(served);
    const vanishes = this.#dice.oneIn(6);
    const stopsAt = this.#dice.oneIn(5) ? this.#dice.below(STOPS_WITHIN) : undefined;
    for (const [number, piece] of this.#pieces(messages).entries()) {
      const isReady = () => !this.#channel.paused && !this.#isSecuring;
      await this.#waitUntil(() => isReady() || this.#isClosing());
      if (this.#isClosing()) break;
      if (number === stopsAt) this.#stop(served);
      this.#tell(piece);
    }
    if (!vanishes) await this.#leave();
    this.#channel.closes();
    await this.#waitUntil(() => this.#isDone);
    this.#check(concat(...messages), vanishes);
    const secured = this.#isSecured ? 'secured' : 'in the clear';
    const calls = Math.ceil(Math.log2(1 + this.#exports.calls));
    return `${this.#reason} ${vanishes} ${secured} 2^${calls} calls, ${Math.min(3, this.#failures)}`;
  }

  /** The client says no more; while TLS is being put on nothing else is heard. */
  async #leave(): Promise<void> {
    await this.#waitUntil(() => !this.#isSecuring);
    if (!this.#channel.dropped) this.#channel.receivesEnd();
    await this.#waitUntil(() => this.#isClosing());
    this.#takeAll();
  }

  #isClosing(): boolean {
    return this.#channel.ended || this.#channel.dropped;
  }

  /** Where TLS may come, no piece is of two messages: what is behind STARTTLS in the same piece would be in the clear. */
  #pieces(messages: readonly Uint8Array[]): readonly Uint8Array[] {
    if (this.#tls === 'off') return this.#dice.cut(concat(...messages));
    return messages.flatMap((message) => this.#dice.cut(message));
  }

  /** The server shuts down, and at times has no more patience. */
  #stop(served: ServedSession): void {
    served.shutDown();
    if (this.#dice.oneIn(2)) served.leave();
  }

  async #secure(): Promise<TlsPeer> {
    this.#isSecuring = true;
    await allMicrotasks();
    this.#isSecuring = false;
    if (this.#dice.oneIn(8)) throw new Error('as the test wants it');
    return {};
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
