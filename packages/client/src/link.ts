/**
 * A link: one socket under one client session. It moves the bytes, turns answers into promises, and
 * puts TLS on. What is asked is the business of others.
 *
 * Everything that was asked is settled exactly once, also when the connection dies (K-032, K-035).
 *
 * Hot path.
 */
import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { Command } from '@nbd/codec';
import {
  ClientSession,
  type ClientEndReason,
  type ClientEvent,
  type ClientRequest,
  type ClientSessionOptions,
  type ContextStatus,
  type Entered,
  type Greeted,
  type Intake,
  type OptionAnswer,
  type Taker,
} from '@nbd/session';
import type { Dialled } from './dial.ts';
import type { TlsFacts } from './export-info.ts';
import { endError, hangUp, isOrderly } from './link-end.ts';
import { NbdError, nbdErrorFrom, nbdErrorOf } from './nbd-error.ts';
import { Outgoing } from './outgoing.ts';
import { tlsFacts, tlsOver } from './tls-over.ts';

/** Requests that are this large on average get replies that are, or that come one at a time. */
const LARGE_BYTES = 256 * 1024;

export class Link implements Taker {
  readonly session: ClientSession;
  /** Resolves when the server has said hello. */
  readonly greeted: Promise<Greeted | Entered>;
  /** Resolves when the link is over, and everything that was asked is settled. It never rejects. */
  readonly ended: Promise<NbdError>;
  readonly #outgoing: Outgoing;
  readonly #intake: Intake;
  #socket: Socket;
  #asked: Settle<Greeted | OptionAnswer> | undefined;
  /** Requests that the end of the session has taken, until it has told the reason. */
  readonly #lost: Lost[] = [];
  #socketError: Error | undefined;
  #tellEnded!: (error: NbdError) => void;
  #scheduled = false;
  /** Nothing more is to be asked: the server is told once all is answered (K-034). */
  #closing = false;
  #saidGoodbye = false;

  /** Takes over a connected socket. */
  constructor({ socket, intake }: Dialled, options: ClientSessionOptions) {
    this.session = new ClientSession(options);
    this.#outgoing = new Outgoing(this.session);
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve;
    });
    this.greeted = this.#settleLater() as Promise<Greeted | Entered>;
    this.#intake = intake;
    intake.taker = this;
    this.#attach();
  }

  /** Whether requests can be made: the session is entered, not over, and the server has not said that it goes. */
  get isOpen(): boolean {
    return !this.#closing && !this.session.serverShutsDown && this.session.phase === 'transmission';
  }

  /** Asks for an option; `wish` utters it. A refusal is an answer too. Rejects when the link ends before. */
  async ask(wish: (session: ClientSession) => void): Promise<OptionAnswer> {
    if (this.session.phase === 'ended') throw await this.ended;
    wish(this.session);
    const answer = this.#settleLater();
    this.#pump();
    return answer as Promise<OptionAnswer>;
  }

  /**
   * Makes a request; `wish` utters it. Resolves to what a BLOCK_STATUS found. Rejects with an `NbdError`,
   * with code ECONNRESET if the link ended before the reply; throws what `wish` throws.
   */
  request(wish: (session: ClientSession) => ClientRequest): Promise<readonly ContextStatus[]> {
    return new Promise((resolve, reject) => {
      const request = wish(this.session);
      request.tag = { resolve, reject, end: this.#outgoing.end } satisfies Asker;
      this.#schedule();
    });
  }

  /**
   * Puts TLS on, after the server has granted it, and forgets what was agreed before (K-010).
   *
   * @throws NbdError with the code of Node's TLS; the link has then ended
   */
  async secure(options: ConnectionOptions): Promise<TlsFacts> {
    const plain = this.#socket;
    for (const name of ['end', 'close'] as const) plain.removeAllListeners(name);
    this.#intake.taker = undefined;
    let socket: TLSSocket;
    try {
      socket = await tlsOver(plain, options);
    } catch (error) {
      const failure = nbdErrorFrom(error, 'TLS with the server failed');
      this.destroy(failure);
      this.#abandon();
      throw failure;
    }
    this.#socket = socket;
    this.session.secured();
    socket.on('data', (bytes: Uint8Array) => this.received(bytes));
    this.#attach();
    return tlsFacts(socket);
  }

  /** Lets the requests in flight be answered, says DISC (K-034), and resolves when the socket is closed. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.session.phase !== 'transmission' && this.session.phase !== 'ended') {
      this.session.abort();
    }
    this.#pump();
    await this.ended;
    const socket = this.#socket;
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  }

  /** Ends it at once, by the fault of `error`. */
  destroy(error: Error): void {
    this.#socketError ??= error;
    this.#socket.destroy();
  }

  get landing(): Uint8Array | undefined {
    return this.session.landing;
  }

  get expectsLarge(): boolean {
    const { inFlight, inFlightBytes } = this.session;
    return inFlightBytes >= inFlight * LARGE_BYTES && inFlight > 0;
  }

  landed(bytes: number): void {
    this.session.landed(bytes);
    this.#pump();
  }

  received(bytes: Uint8Array): void {
    this.session.receive(bytes);
    this.#pump();
  }

  #attach(): void {
    const socket = this.#socket;
    socket.on('end', () => {
      this.session.receiveEnd();
      this.#pump();
    });
    socket.on('error', (error) => {
      this.#socketError ??= error;
      socket.destroy(); // TLS tells of a broken record, and leaves the socket open
    });
    socket.on('close', () => this.#abandon());
    if (socket.destroyed) this.#abandon();
    else socket.resume();
  }

  #abandon(): void {
    this.session.abandon();
    this.#pump();
  }

  #settleLater(): Promise<Greeted | OptionAnswer> {
    const answer = new Promise<Greeted | OptionAnswer>((resolve, reject) => {
      this.#asked = { resolve, reject };
    });
    // Whoever awaits it is told of a rejection; that nobody may await the greeting is no mishap.
    answer.catch(() => undefined);
    return answer;
  }

  /** Once for all requests of this turn. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Runs after every input and wish. */
  #pump(): void {
    const { session } = this;
    this.#takeEvents();
    if (this.#mustSayGoodbye()) {
      this.#saidGoodbye = true;
      session.disconnect();
      this.#takeEvents();
    }
    this.#outgoing.send(this.#socket);
    session.keepRest();
    if (session.wantsBytes) this.#socket.resume();
    else if (session.phase !== 'ended') this.#socket.pause();
  }

  /** Also to a server that shuts down (K-013). */
  #mustSayGoodbye(): boolean {
    const { session } = this;
    return (
      (this.#closing || session.serverShutsDown) &&
      !this.#saidGoodbye &&
      session.phase === 'transmission' &&
      session.inFlight === 0
    );
  }

  #takeEvents(): void {
    const { session } = this;
    for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
      this.#act(event);
    }
  }

  #act(event: ClientEvent): void {
    switch (event.kind) {
      case 'answered':
        this.#answered(event.request);
        return;
      case 'ended':
        this.#finish(event.reason, event.text);
        return;
      default: {
        const asked = this.#asked;
        this.#asked = undefined;
        asked?.resolve(event);
      }
    }
  }

  #answered(request: ClientRequest): void {
    const { type, failure, offset, statuses, tag } = request;
    const asker = tag as Asker;
    if (failure?.kind === 'ended') {
      this.#lost.push({ offset, asker });
      return;
    }
    const error = failure === undefined ? undefined : nbdErrorOf(failure, offset);
    // The payload of a WRITE is its caller's again when nothing of it is to be sent any more.
    if (type !== Command.WRITE || this.#outgoing.isGone(asker.end)) settle(asker, statuses, error);
    else this.#outgoing.whenGone(asker.end, () => settle(asker, statuses, error));
  }

  #finish(reason: ClientEndReason, text: string): void {
    const error = endError(reason, text, this.#socketError);
    for (const { offset, asker } of this.#lost.splice(0)) {
      const message = `the connection was lost before the reply: ${error.message}`;
      asker.reject(new NbdError('ECONNRESET', message, { offset, cause: error }));
    }
    this.#asked?.reject(error);
    this.#asked = undefined;
    this.#tellEnded(error);
    // What was lost is its caller's again, so nothing of it may be sent now.
    if (isOrderly(reason) && reason !== 'closed-early') hangUp(this.#socket);
    else this.#socket.destroy();
  }
}

interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

interface Asker extends Settle<readonly ContextStatus[]> {
  /** Where what was sent for it ends. */
  readonly end: number;
}

interface Lost {
  readonly offset: number;
  readonly asker: Asker;
}

function settle(
  { resolve, reject }: Asker,
  statuses: readonly ContextStatus[],
  error: NbdError | undefined,
): void {
  if (error === undefined) resolve(statuses);
  else reject(error);
}
