/**
 * A socket of Node as the channel of a session.
 *
 * Hot path: one call of `send` for each batch of replies, and one system call when the kernel takes all.
 */
import type { Socket } from 'node:net';
import type { TlsPeer } from '@nbd/driver';
import type { Channel, ChannelReceiver, Taker } from '@nbd/session';
import type { EagerLoop } from './eager-loop.ts';
import { SharedReadsSocket } from './shared-reads.ts';
import { takenBytes, untakenBytes } from './socket-handle.ts';
import type { Secured } from './tls/tls-terminator.ts';

/** After `end`, how long a peer may take without reading on, and then to close, before we close. */
const LINGER_MILLIS = 5000;

/**
 * What a segment of its own costs is a copy of about so much: 64 KiB that are lent take a fifth less processor time than those
 * that are copied, 16 KiB a tenth, 4 KiB more than they save.
 */
const LENDS_FROM_BYTES = 16 * 1024;

const NOTHING = new Uint8Array(0);

export interface SocketChannelOptions {
  readonly eagerLoop: EagerLoop | undefined;
}

/** Shakes hands over a socket that has nothing left to send in the clear. */
export type Terminate = (plain: Socket) => Promise<Secured>;

export class SocketChannel implements Channel, Taker {
  /** Puts TLS on the socket. Undefined: there is no TLS to be had. */
  readonly secure?: () => Promise<TlsPeer>;
  /** What the system knows: the one below, where there is TLS. */
  readonly #plain: Socket;
  /** What is written to and read from. */
  #socket: Socket;
  readonly #eagerLoop: EagerLoop | undefined;
  #receiver!: ChannelReceiver;
  #paused = false;
  /** A TLS handshake is under way: it has the socket for itself. */
  #securing = false;
  #ending = false;
  #error: Error | undefined;
  /** Nothing was waiting when the last `send` came. */
  #wasIdle = true;
  /** For each write that Node has not called back for: whether the session waits for it. */
  readonly #lent: boolean[] = [];

  /**
   * Takes over an accepted socket, which is paused or has shared reads. `eagerLoop` is told of what was served.
   */
  constructor(accepted: Socket, { eagerLoop }: SocketChannelOptions, terminate?: Terminate) {
    this.#plain = accepted;
    this.#socket = accepted;
    this.#eagerLoop = eagerLoop;
    if (accepted instanceof SharedReadsSocket) accepted.attend(this, () => !this.#paused);
    else accepted.on('data', this.#hear);
    accepted.setNoDelay(true);
    accepted.setKeepAlive(true, 60_000);
    accepted.on('error', this.#failed);
    if (terminate !== undefined) this.secure = () => this.#secure(terminate);
  }

  /** Under TLS never: each segment is a record of its own there. */
  get lendsFrom(): number {
    return this.#socket === this.#plain ? LENDS_FROM_BYTES : Number.POSITIVE_INFINITY;
  }

  /** Without end once the socket is destroyed, so that nobody makes more for it. */
  get queuedBytes(): number {
    return this.#socket.destroyed ? Number.POSITIVE_INFINITY : this.#socket.writableLength;
  }

  /** What the peer has said so far, under TLS too; for looks from time to time. */
  heardBytes(): number {
    return this.#plain.bytesRead;
  }

  /** What the peer's system has taken so far; for looks from time to time. */
  takenBytes(): number {
    return takenBytes(this.#plain);
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    this.#socket.on('end', this.#ended).on('close', this.#closed);
    this.#socket.resume();
  }

  /** After `end` there is none: what the peer still says belongs nowhere. */
  get landing(): Uint8Array | undefined {
    return this.#ending ? undefined : this.#receiver.landing;
  }

  get expectsLarge(): boolean {
    return this.#receiver.expectsLarge === true;
  }

  landed(bytes: number): void {
    if (this.#ending) return;
    try {
      this.#receiver.landed?.(bytes);
    } catch (error) {
      this.#broken(error);
    }
    this.#eagerLoop?.served(bytes);
  }

  received(bytes: Uint8Array): void {
    if (this.#ending) return;
    try {
      this.#receiver.received(bytes);
    } catch (error) {
      this.#broken(error);
    }
    this.#eagerLoop?.served(bytes.length);
  }

  send(segments: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    const last = segments.length - 1;
    this.#wasIdle = socket.writableLength === 0;
    if (last > 0) socket.cork();
    for (let i = 0; i < last; i++) socket.write(segments[i] as Uint8Array);
    socket.write(segments[last] as Uint8Array, this.#written);
    if (last > 0) socket.uncork();
    const taken = socket.writableLength === 0;
    this.#lent.push(!taken);
    return taken;
  }

  /** What comes behind other writes waits in Node, and TLS has a queue of its own: then it is all of them. */
  get keptBytes(): number {
    const alone = this.#wasIdle && this.#socket === this.#plain;
    return (alone ? untakenBytes(this.#plain) : undefined) ?? Number.POSITIVE_INFINITY;
  }

  pause(): void {
    if (this.#paused || this.#ending) return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused || this.#securing) return;
    this.#paused = false;
    this.#socket.resume();
  }

  /** What the peer still says is read and dropped: a close with unread input would destroy replies on their way (C-012). */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#securing) {
      // In the middle of a handshake there is no good order to end in.
      this.drop();
      return;
    }
    this.#socket.end();
    this.#linger();
    this.resume();
  }

  drop(): void {
    this.#socket.destroy();
  }

  defer(task: () => void): void {
    setImmediate(this.#attempt, task);
  }

  /** Whatever fails in here, the socket is destroyed, and `closed` says so. */
  async #secure(terminate: Terminate): Promise<TlsPeer> {
    const plain = this.#plain;
    this.pause();
    this.#securing = true;
    await flushed(plain);
    if (plain.destroyed) throw new Error('the connection closed before its TLS handshake');
    plain.off('data', this.#hear).off('end', this.#ended).off('close', this.#closed);
    const closed = new Promise((resolve) => {
      plain.once('close', resolve);
    });
    try {
      const { socket, peer } = await terminate(plain);
      if (socket.destroyed) throw new Error('the connection closed after its TLS handshake');
      this.#attach(socket);
      return peer;
    } catch (error) {
      this.#error ??= error as Error;
      plain.destroy();
      void closed.then(this.#closed);
      throw error;
    }
  }

  /** Goes on with a socket under TLS, paused. */
  #attach(socket: Socket): void {
    this.#socket = socket;
    this.#securing = false;
    socket.pause();
    socket.on('data', this.#hear).on('error', this.#failed);
    socket.on('end', this.#ended).on('close', this.#closed);
    if (socket.readableEnded) setImmediate(this.#ended);
  }

  /** What the peer says does not count, only that it takes what was sent. */
  #linger(): void {
    let taken = takenBytes(this.#plain);
    const look = (): void => {
      const now = takenBytes(this.#plain);
      if (now <= taken) {
        this.drop();
        return;
      }
      taken = now;
      timer = setTimeout(look, LINGER_MILLIS).unref();
    };
    let timer = setTimeout(look, LINGER_MILLIS).unref();
    this.#socket.once('close', () => clearTimeout(timer));
  }

  readonly #hear = (bytes: Uint8Array): void => this.received(bytes);

  /** Once we have ended too, Node closes the socket by itself. */
  readonly #ended = (): void => {
    if (!this.#ending) this.#attempt(() => this.#receiver.ended());
  };

  /** A host that throws at this has no connection left to lose: the process is warned. */
  readonly #closed = (): void => {
    try {
      this.#receiver.closed(this.#error);
    } catch (error) {
      process.emitWarning(error as Error);
    }
  };

  /** A host that throws, such as a log, has lost this connection and no other; `closed` says so. */
  #broken(error: unknown): void {
    this.#error ??= error as Error;
    this.#socket.destroy();
  }

  /** A socket whose TLS is broken says so, and is left open by Node. */
  readonly #failed = (error: Error): void => {
    this.#error ??= error;
    this.#socket.destroy();
  };

  /** After a write that failed nothing more is to be sent, and `closed` will say so. */
  readonly #written = (error?: Error | null): void => {
    const wasLent = this.#lent.shift() === true;
    if (error !== undefined && error !== null) this.#socket.destroy(error);
    else if (wasLent) this.#attempt(this.#tellSent);
  };

  readonly #tellSent = (): void => this.#receiver.sent();

  readonly #attempt = (task: () => void): void => {
    try {
      task();
    } catch (error) {
      this.#broken(error);
    }
  };
}

/** Resolves when the system has all that was written, or the socket has failed. */
function flushed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.writableLength === 0) resolve();
    else socket.write(NOTHING, () => resolve());
  });
}
