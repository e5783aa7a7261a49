/**
 * A WebSocket as the channel of a session.
 *
 *   direction  held back by
 *   sending    what the socket has not sent (`bufferedAmount`) stays below a bound; the rest waits here, and the
 *              session makes no more of it than its limit says
 *   receiving  the socket where it can pause, as those of `ws` can. A page's cannot: what comes then is held, and a
 *              peer that sends more than a bound is cut off
 *
 * Credit for what is received would have to be spoken by the peer, and a plain NBD client behind a bridge speaks
 * none. It has its own: it waits for replies, and what it may have under way is its own queue.
 */
import type { Channel, ChannelReceiver } from '@nbd/session';
import {
  CloseCode,
  type CloseStatus,
  closeWith,
  isOrderly,
  spokenCode,
  WebSocketClosedError,
} from './close-code.ts';
import { Outgoing } from './outgoing.ts';
import { eventLoopTurns, type Turns } from './turns.ts';
import type { WebSocketLike } from './web-socket-like.ts';

export interface WebSocketChannelOptions {
  /**
   * What the socket may have that the network has not taken, bytes. Default 4 MiB: less starves a fast
   * network between two looks. It is passed by one message at the most.
   */
  readonly bufferedBytesMax?: number;
  /**
   * What is held of a peer that does not wait, bytes, with 256 for each message. Default 64 MiB: two of the largest writes.
   * More closes with `TOO_BIG`.
   */
  readonly heldBytesMax?: number;
  /** Default: those of the event loop. The channel closes them. */
  readonly turns?: Turns;
}

/** What pages and workers look at every few milliseconds, and a fast network takes meanwhile. */
export const BUFFERED_BYTES_MAX: number = 4 * 2 ** 20;

/** The largest message: every WebSocket library and every proxy takes it, and it is no slower than larger ones. */
const FRAME_BYTES_MAX = 64 * 1024;

/** What a message that is held costs besides its bytes, at the least. */
const MESSAGE_BYTES = 256;

/** Between two looks at what the network has taken: short while it takes, longer while it does not. */
const LOOK_MILLIS_MIN = 4;
const LOOK_MILLIS_MAX = 64;

/** After `end`, how long a peer may take nothing. */
const LINGER_MILLIS = 5000;

const CONNECTING = 0;
const OPEN = 1;

/** A WebSocket as a `Channel`; the socket is the channel's from now on. */
export class WebSocketChannel implements Channel {
  /** What `end` closes with. */
  closeStatus: CloseStatus = { code: CloseCode.ORDERLY, reason: '' };
  readonly #socket: WebSocketLike;
  readonly #bufferedBytesMax: number;
  readonly #heldBytesMax: number;
  readonly #turns: Turns;
  readonly #outgoing = new Outgoing();
  #receiver!: ChannelReceiver;
  #paused = false;
  /** What came while nobody wanted it. */
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;
  #ending = false;
  /** The socket is closed, or good for nothing any more. */
  #isOver = false;
  /** What the socket said before it closed. */
  #socketError: unknown;
  /** Ends the wait for the next look. */
  #cancelLook: (() => void) | undefined;
  #lookMillis = LOOK_MILLIS_MIN;
  /** What the network had taken at the last look, and for how long it has taken no more. */
  #sentBytes = 0;
  #idleMillis = 0;

  /**
   * Takes over a socket that is connecting or open. Make the channel in the turn in which the socket was
   * made or accepted, and start it there: what comes before is lost.
   */
  constructor(socket: WebSocketLike, options: WebSocketChannelOptions = {}) {
    const { bufferedBytesMax = BUFFERED_BYTES_MAX, heldBytesMax = 64 * 2 ** 20 } = options;
    this.#socket = socket;
    this.#bufferedBytesMax = bufferedBytesMax;
    this.#heldBytesMax = heldBytesMax;
    this.#turns = options.turns ?? eventLoopTurns();
  }

  get queuedBytes(): number {
    if (this.#isOver) return Number.POSITIVE_INFINITY;
    return this.#outgoing.waitingBytes + this.#socket.bufferedAmount;
  }

  start(receiver: ChannelReceiver): void {
    const socket = this.#socket;
    this.#receiver = receiver;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', this.#look);
    socket.addEventListener('message', ({ data }) => this.#hear(data));
    socket.addEventListener('error', ({ error }) => {
      this.#socketError = error;
    });
    socket.addEventListener('close', ({ code = CloseCode.BROKEN, reason = '' }) =>
      this.#closed(code, reason),
    );
    if (socket.readyState > OPEN) this.#cut(new WebSocketClosedError(CloseCode.BROKEN, ''));
  }

  send(segments: readonly Uint8Array[]): boolean {
    if (this.#isOver || this.#ending) return true;
    this.#outgoing.push(segments);
    this.#flush();
    if (this.#outgoing.isSent(this.#socket.bufferedAmount)) return true;
    this.#outgoing.lend();
    this.#lookLater();
    return false;
  }

  pause(): void {
    if (this.#paused || this.#ending || this.#isOver) return;
    this.#paused = true;
    this.#socket.pause?.();
  }

  resume(): void {
    if (!this.#paused || this.#isOver) return;
    this.#paused = false;
    this.#socket.resume?.();
    if (this.#held.length > 0) this.#turns.soon(this.#deliverHeld);
  }

  end(): void {
    if (this.#ending || this.#isOver) return;
    this.#ending = true;
    this.#held.length = 0;
    this.resume();
    if (this.#socket.readyState === CONNECTING) this.drop();
    else this.#flush();
    this.#lookLater();
  }

  drop(): void {
    if (this.#isOver) return;
    this.#close({ code: CloseCode.GOING_AWAY, reason: 'dropped' });
    this.#cut(undefined);
  }

  defer(task: () => void): void {
    this.#turns.soon(task);
  }

  /** Hands over what the socket may have, and closes it behind the last of it. */
  #flush(): void {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) return;
    while (socket.bufferedAmount < this.#bufferedBytesMax) {
      // The memory of a session is never shared with other threads, which sockets insist on.
      const frame = this.#outgoing.take(FRAME_BYTES_MAX) as Uint8Array<ArrayBuffer> | undefined;
      if (frame === undefined) break;
      socket.send(frame, this.#look);
    }
    if (this.#ending && this.#outgoing.waitingBytes === 0) this.#close(this.closeStatus);
  }

  /** Looks what the network has taken: when something came, when `ws` says so, and now and then. */
  readonly #look = (): void => {
    if (this.#isOver) return;
    this.#flush();
    while (!this.#isOver && this.#outgoing.takeDone(this.#socket.bufferedAmount)) {
      this.#receiver.sent();
    }
    this.#lookLater();
  };

  #lookLater(): void {
    if (this.#cancelLook !== undefined || this.#isOver) return;
    if (!this.#outgoing.hasLent && !this.#ending) return;
    this.#cancelLook = this.#turns.after(this.#lookMillis, () => {
      this.#cancelLook = undefined;
      this.#noteProgress();
      if (this.#ending && this.#idleMillis >= LINGER_MILLIS) this.drop();
      else this.#look();
    });
  }

  #noteProgress(): void {
    const sentBytes = this.#outgoing.sentBytes(this.#socket.bufferedAmount);
    const isMore = sentBytes > this.#sentBytes;
    this.#idleMillis = isMore ? 0 : this.#idleMillis + this.#lookMillis;
    this.#lookMillis = isMore ? LOOK_MILLIS_MIN : Math.min(2 * this.#lookMillis, LOOK_MILLIS_MAX);
    this.#sentBytes = sentBytes;
  }

  #hear(data: unknown): void {
    this.#look();
    if (this.#ending || this.#isOver) return;
    if (!(data instanceof ArrayBuffer)) {
      this.#fail(CloseCode.UNSUPPORTED_DATA, `expected binary messages, found ${typeof data}`);
      return;
    }
    const bytes = new Uint8Array(data);
    if (!this.#paused && this.#held.length === 0) {
      this.#receiver.received(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length + MESSAGE_BYTES;
    if (this.#heldBytes > this.#heldBytesMax) {
      const found = `expected a peer that waits for replies, found ${this.#heldBytes} bytes more`;
      this.#fail(CloseCode.TOO_BIG, found);
    }
  }

  readonly #deliverHeld = (): void => {
    while (!this.#paused && !this.#ending && !this.#isOver) {
      const bytes = this.#held.shift();
      if (bytes === undefined) return;
      this.#heldBytes -= bytes.length + MESSAGE_BYTES;
      this.#receiver.received(bytes);
    }
  };

  /** The peer did what no session can answer. */
  #fail(code: number, reason: string): void {
    this.#close({ code, reason });
    this.#cut(new Error(`WebSocket: ${reason}`));
  }

  #close(status: CloseStatus): void {
    closeWith((code, reason) => this.#socket.close(code, reason), status);
  }

  /** Waits for nobody. */
  #cut(error: Error | undefined): void {
    this.#isOver = true;
    this.#socket.terminate?.();
    this.#turns.soon(() => this.#tellClosed(error));
  }

  #closed(code: number, reason: string): void {
    if (this.#isOver) return;
    const cause = this.#socketError;
    const options = cause === undefined ? undefined : { cause };
    this.#isOver = true;
    this.#tellClosed(
      isOrderly(spokenCode(code)) ? undefined : new WebSocketClosedError(code, reason, options),
    );
  }

  #tellClosed(error: Error | undefined): void {
    this.#held.length = 0;
    this.#cancelLook?.();
    this.#receiver.closed(error);
    this.#turns.close();
  }
}
