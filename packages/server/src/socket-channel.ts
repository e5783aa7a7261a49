/**
 * A socket of Node as the channel of a session.
 *
 * Hot path: one call of `send` for each batch of replies, and one system call when the kernel takes all.
 */
import type { Socket } from 'node:net';
import type { Channel, ChannelReceiver } from '@nbd/session';
import type { EagerLoop } from './eager-loop.ts';
import { withSharedReads } from './shared-reads.ts';
import { untakenBytes } from './socket-handle.ts';

/** After `end`, how long a peer may take without reading on, and then to close, before we close. */
const LINGER_MILLIS = 5000;

export interface SocketChannelOptions {
  readonly readBuffer: Uint8Array | undefined;
  readonly eagerLoop: EagerLoop | undefined;
}

export class SocketChannel implements Channel {
  readonly socket: Socket;
  #receiver!: ChannelReceiver;
  #paused = false;
  #ending = false;
  #error: Error | undefined;
  /** For each write that Node has not called back for: whether the session waits for it. */
  readonly #lent: boolean[] = [];

  /**
   * Takes over an accepted socket that came paused. With `readBuffer` it reads into that, if this Node
   * allows it; `eagerLoop` is told of what was served.
   */
  constructor(accepted: Socket, { readBuffer, eagerLoop }: SocketChannelOptions) {
    const received = (bytes: Uint8Array): boolean => {
      if (!this.#ending) {
        this.#receiver.received(bytes);
        eagerLoop?.served(bytes.length);
      }
      return !this.#paused;
    };
    const shared =
      readBuffer === undefined ? undefined : withSharedReads(accepted, readBuffer, received);
    this.socket = shared ?? accepted;
    if (shared === undefined) this.socket.on('data', received);
    this.socket.setNoDelay(true);
    this.socket.setKeepAlive(true, 60_000);
    this.socket.on('error', (error) => {
      this.#error ??= error;
    });
  }

  /** Without end once the socket is destroyed, so that nobody makes more for it. */
  get queuedBytes(): number {
    return this.socket.destroyed ? Number.POSITIVE_INFINITY : this.socket.writableLength;
  }

  start(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    this.socket.on('end', () => {
      // Once we have ended too, Node closes the socket by itself.
      if (!this.#ending) receiver.ended();
    });
    this.socket.on('close', () => receiver.closed(this.#error));
    this.socket.resume();
  }

  send(segments: readonly Uint8Array[]): boolean {
    const { socket } = this;
    const last = segments.length - 1;
    if (last > 0) socket.cork();
    for (let i = 0; i < last; i++) socket.write(segments[i] as Uint8Array);
    socket.write(segments[last] as Uint8Array, this.#written);
    if (last > 0) socket.uncork();
    const taken = socket.writableLength === 0;
    this.#lent.push(!taken);
    return taken;
  }

  pause(): void {
    if (this.#paused || this.#ending) return;
    this.#paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  /** What the peer still says is read and dropped: a close with unread input would destroy replies on their way (C-012). */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.socket.end();
    this.#linger();
    this.resume();
  }

  drop(): void {
    this.socket.destroy();
  }

  defer(task: () => void): void {
    setImmediate(task);
  }

  /** What the peer says does not count, only that it takes what was sent. */
  #linger(): void {
    let untaken = untakenBytes(this.socket);
    const look = (): void => {
      const now = untakenBytes(this.socket);
      if (now >= untaken) {
        this.socket.destroy();
        return;
      }
      untaken = now;
      timer = setTimeout(look, LINGER_MILLIS).unref();
    };
    let timer = setTimeout(look, LINGER_MILLIS).unref();
    this.socket.once('close', () => clearTimeout(timer));
  }

  /** After a write that failed nothing more is to be sent, and `closed` will say so. */
  readonly #written = (error?: Error | null): void => {
    const wasLent = this.#lent.shift() === true;
    if (error !== undefined && error !== null) this.socket.destroy(error);
    else if (wasLent) this.#receiver.sent();
  };
}
