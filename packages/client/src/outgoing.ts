/**
 * What leaves by a socket, and how much of it has left: the payload of a WRITE lies in its caller's
 * memory until then, and a server may answer before it has taken all of it.
 *
 * Hot path: the requests of one turn of the event loop leave in one write.
 */
import type { Socket } from 'node:net';
import type { ClientSession } from '@nbd/session';

export class Outgoing {
  readonly #session: ClientSession;
  /** Bytes that were ever given to the socket, and those that it is done with, for better or worse. */
  #given = 0;
  #gone = 0;
  #waiting: Waiting[] = [];

  constructor(session: ClientSession) {
    this.#session = session;
  }

  /** Where the bytes end that the session has queued up to now. */
  get end(): number {
    return this.#given + this.#session.readyBytes;
  }

  /** Gives the socket all that is queued. */
  send(socket: Socket): void {
    let segment = this.#session.nextSegment();
    if (segment === undefined) return;
    socket.cork();
    for (; segment !== undefined; segment = this.#session.nextSegment()) {
      const { bytes, slab } = segment;
      this.#given += bytes.length;
      socket.write(bytes, () => {
        slab?.release();
        this.#left(bytes.length);
      });
    }
    socket.uncork();
  }

  /** Whether the socket has let go of all bytes before `end`. */
  isGone(end: number): boolean {
    return end <= this.#gone;
  }

  /** Calls `act` when that is so. */
  whenGone(end: number, act: () => void): void {
    this.#waiting.push({ end, act });
  }

  #left(bytes: number): void {
    this.#gone += bytes;
    if (this.#waiting.length === 0) return;
    const free = this.#waiting.filter(({ end }) => end <= this.#gone);
    this.#waiting = this.#waiting.filter(({ end }) => end > this.#gone);
    for (const { act } of free) act();
  }
}

interface Waiting {
  readonly end: number;
  readonly act: () => void;
}
