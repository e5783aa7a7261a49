/**
 * A `MessagePort` as the channel of a session: a worker serves, and the page stays responsive.
 *
 * Ports tell nobody what was taken, so the two ends give each other credit. Both are channels of this
 * kind, and say
 *
 *   message      means
 *   ArrayBuffer  the next bytes; their memory changes hands
 *   number       credit: so many bytes more may be sent
 *   "end"        nothing more will be sent
 *   "drop"       it is over
 */
import type { Channel, ChannelReceiver } from '@nbd/session';
import type { MessagePortLike } from './message-port-like.ts';
import { Outgoing } from './outgoing.ts';
import { eventLoopTurns, type Turns } from './turns.ts';

export interface MessagePortChannelOptions {
  /** What the other end may have sent and this one not taken, bytes. Default 1 MiB. */
  readonly creditBytes?: number;
  /** Default: those of the event loop. The channel closes them. */
  readonly turns?: Turns;
}

const FRAME_BYTES_MAX = 256 * 1024;

/** After `end`, how long the other end may be silent. */
const LINGER_MILLIS = 5000;

/** A message port as a `Channel`, whose other end is another of these; the port is the channel's from now on. */
export class MessagePortChannel implements Channel {
  readonly #port: MessagePortLike;
  readonly #creditBytes: number;
  readonly #turns: Turns;
  readonly #outgoing = new Outgoing();
  #receiver!: ChannelReceiver;
  /** What may be sent. */
  #credit = 0;
  /** What the other end may send, and what it may be told that it may send besides. */
  #granted = 0;
  #owed = 0;
  #paused = false;
  /** What came while nobody wanted it, never more than was granted. */
  readonly #held: (ArrayBuffer | 'end')[] = [];
  #ending = false;
  #endSaid = false;
  #endHeard = false;
  #isOver = false;
  #isClosedTold = false;
  #cancelLinger: (() => void) | undefined;

  constructor(port: MessagePortLike, options: MessagePortChannelOptions = {}) {
    this.#port = port;
    this.#creditBytes = options.creditBytes ?? 2 ** 20;
    this.#turns = options.turns ?? eventLoopTurns();
  }

  get queuedBytes(): number {
    if (this.#isOver) return Number.POSITIVE_INFINITY;
    return this.#outgoing.waitingBytes;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    this.#port.addEventListener('message', ({ data }) => this.#hear(data));
    this.#port.addEventListener('close', () => this.#tellClosed());
    this.#port.start();
    this.#owed = this.#creditBytes;
    this.#payCredit();
  }

  /** What is sent at once is copied; what waits for credit is lent. */
  send(segments: readonly Uint8Array[]): boolean {
    if (this.#isOver || this.#ending) return true;
    this.#outgoing.push(segments);
    this.#flush();
    if (this.#outgoing.waitingBytes === 0) return true;
    this.#outgoing.lend();
    return false;
  }

  pause(): void {
    this.#paused = !this.#ending;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#held.length > 0) this.#turns.soon(this.#deliverHeld);
  }

  end(): void {
    if (this.#ending || this.#isOver) return;
    this.#ending = true;
    this.#paused = false;
    this.#flush();
    this.#linger();
    this.#turns.soon(this.#deliverHeld);
  }

  drop(): void {
    if (this.#isOver) return;
    this.#port.postMessage('drop', []);
    this.#isOver = true;
    this.#turns.soon(() => this.#tellClosed());
  }

  defer(task: () => void): void {
    this.#turns.soon(task);
  }

  #flush(): void {
    while (this.#credit > 0) {
      const frame = this.#outgoing.take(Math.min(this.#credit, FRAME_BYTES_MAX));
      if (frame === undefined) break;
      this.#credit -= frame.length;
      const { buffer } = new Uint8Array(frame);
      this.#port.postMessage(buffer, [buffer]);
    }
    if (this.#ending && !this.#endSaid && this.#outgoing.waitingBytes === 0) {
      this.#endSaid = true;
      this.#port.postMessage('end', []);
    }
  }

  #hear(message: unknown): void {
    if (this.#isOver) return;
    if (this.#ending) this.#linger();
    if (typeof message === 'number') this.#receiveCredit(message);
    else if (message === 'drop') this.#tellClosed();
    else if (message === 'end') this.#take(message);
    else if (message instanceof ArrayBuffer && message.byteLength <= this.#granted) {
      this.#granted -= message.byteLength;
      this.#take(message);
    } else {
      this.#port.postMessage('drop', []);
      const found = message instanceof ArrayBuffer ? `${message.byteLength} bytes` : typeof message;
      this.#tellClosed(
        new Error(`message port: expected at most ${this.#granted} bytes, found ${found}`),
      );
    }
  }

  #receiveCredit(bytes: number): void {
    this.#credit += bytes;
    this.#flush();
    while (!this.#isOver && this.#outgoing.takeDone(0)) this.#receiver.sent();
    this.#closeIfDone();
  }

  #take(message: ArrayBuffer | 'end'): void {
    this.#held.push(message);
    this.#deliverHeld();
  }

  readonly #deliverHeld = (): void => {
    while (!this.#paused && !this.#isOver) {
      const message = this.#held.shift();
      if (message === undefined) break;
      if (message === 'end') this.#hearEnd();
      else this.#deliver(message);
    }
    this.#closeIfDone();
  };

  /** Credit is paid in halves, so that it does not cost a message for each that comes. */
  #deliver(message: ArrayBuffer): void {
    if (!this.#ending) this.#receiver.received(new Uint8Array(message));
    this.#owed += message.byteLength;
    if (this.#owed >= this.#creditBytes / 2) this.#payCredit();
  }

  #payCredit(): void {
    if (this.#isOver) return;
    this.#granted += this.#owed;
    this.#port.postMessage(this.#owed, []);
    this.#owed = 0;
  }

  #hearEnd(): void {
    this.#endHeard = true;
    if (!this.#ending) this.#receiver.ended();
  }

  /** Closes once both ends have said all. */
  #closeIfDone(): void {
    if (this.#endHeard && this.#endSaid && !this.#isOver) this.#tellClosed();
  }

  /** Each word of the other end gives it more time. */
  #linger(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = this.#turns.after(LINGER_MILLIS, () => this.drop());
  }

  #tellClosed(error?: Error): void {
    if (this.#isClosedTold) return;
    this.#isClosedTold = true;
    this.#isOver = true;
    this.#cancelLinger?.();
    this.#port.close();
    this.#receiver.closed(error);
    this.#turns.close();
  }
}
