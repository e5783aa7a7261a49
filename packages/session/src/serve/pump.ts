/**
 * The pump: runs a server session against the disks of an export source, over a channel.
 *
 * After each input it draws events and acts on them until there are none, sends the output, and reads
 * on if the session wants bytes and the peer takes its replies.
 *
 *   the end comes when            then
 *   the session has ended         what is in flight is answered, the output sent, the channel ended
 *   the channel has closed        what is in flight is awaited and its answers dropped
 *   both, and nothing in flight   the export is closed, and `done` resolves
 */
import type { Driver } from '@nbd/driver';
import { BufferPool, type Slab } from '../memory/buffer-pool.ts';
import type { Question, ServerEvent } from '../server/event.ts';
import { ServerSession } from '../server/server-session.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import type { Channel, ChannelReceiver } from './channel.ts';
import { ExportDesk } from './export-desk.ts';
import { isPromise } from './is-promise.ts';
import { type Observer, Tally } from './observer.ts';
import type { ServeChannelOptions, ServedSession } from './served-session.ts';
import { Translator } from './serve-request.ts';
import { TurnBudget } from './turn-budget.ts';
import { releaseAll, Unsent } from './unsent.ts';

/** A turn sends when it has this much: enough for one system call, little enough to stay in the cache. */
const SEND_BYTES = 256 * 1024;

export class Pump implements ChannelReceiver, ServedSession {
  readonly done: Promise<void>;
  readonly #channel: Channel;
  readonly #session: ServerSession;
  readonly #observer: Observer;
  readonly #tally: Tally;
  readonly #desk: ExportDesk;
  #translator: Translator | undefined;
  readonly #unsent: Unsent;
  readonly #budget: TurnBudget;
  #running = false;
  #scheduled = false;
  #leaving = false;
  #hasEnded = false;
  #channelEnded = false;
  #channelClosed = false;
  #transportError: Error | undefined;
  #released = false;
  #resolveDone!: () => void;

  constructor(channel: Channel, options: ServeChannelOptions) {
    const { limits, tls, replyModeMax, observer = {}, tally = new Tally() } = options;
    const { pool = new BufferPool() } = options;
    this.#channel = channel;
    this.#observer = observer;
    this.#tally = tally;
    this.#session = new ServerSession({
      ...(limits !== undefined && { limits }),
      ...(tls !== undefined && { tls }),
      ...(replyModeMax !== undefined && { replyModeMax }),
      pool,
    });
    this.#unsent = new Unsent(this.#session.limits.unsentBytesMax, pool);
    this.#budget = new TurnBudget(pool);
    this.#desk = new ExportDesk({
      session: this.#session,
      source: options.exports,
      context: options.context,
      observer,
      entered: (driver, facts) => this.#enter(driver, facts),
    });
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  get phase(): 'handshake' | 'transmission' | 'ended' {
    return this.#session.phase;
  }

  get inFlight(): number {
    return this.#session.inFlight;
  }

  get waitsFor(): 'host' | 'peer' | undefined {
    return this.#session.waitsFor;
  }

  /** Sends the greeting. */
  begin(): void {
    this.#run();
  }

  shutDown(): void {
    this.#session.shutDown();
    this.#run();
  }

  leave(): void {
    this.#leaving = true;
    this.#run();
  }

  get landing(): Uint8Array | undefined {
    return this.#session.landing;
  }

  get expectsLarge(): boolean {
    return this.#session.expectsLarge;
  }

  landed(bytes: number): void {
    this.#session.landed(bytes);
    this.#run();
  }

  received(bytes: Uint8Array): void {
    this.#session.receive(bytes);
    this.#run();
  }

  sent(): void {
    this.#unsent.sent();
    if (this.#channel.queuedBytes <= this.#unsent.bytesMax() / 2) this.#run();
  }

  ended(): void {
    this.#session.receiveEnd();
    this.#run();
  }

  closed(error: Error | undefined): void {
    this.#channelClosed = true;
    this.#transportError ??= error;
    this.#unsent.clear();
    this.#session.abandon();
    this.#translator?.abandon();
    this.#run();
  }

  /** One turn. A call from inside of a turn is part of it. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#budget.begin();
    try {
      this.#translator?.turnBegins();
      do this.#drawEvents();
      while (this.#send() && !this.#isBehind() && !this.#budget.isSpent());
      if (this.#budget.goesOn()) this.#runSoon();
      if (this.#leaving && !this.#session.isBusy) this.#endNow();
    } finally {
      this.#endTurn();
      this.#windDownOrReadOn();
    }
  }

  /** Of a turn that an observer has broken off, what was gathered lies in memory that is given back here. */
  #endTurn(): void {
    try {
      this.#translator?.serveWhole();
    } finally {
      this.#session.keepRest();
      this.#running = false;
    }
  }

  /** Runs a turn soon; requests that disks answer in the meantime share it. */
  readonly #runSoon = (): void => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#channel.defer(() => {
      this.#scheduled = false;
      this.#run();
    });
  };

  /** Acts on events until there are none, or enough replies for one send. Nothing is sent in here, so whoever is behind stays so. */
  #drawEvents(): void {
    if (this.#isBehind()) return;
    do {
      while (this.#session.readyBytes < SEND_BYTES && !this.#budget.isSpent()) {
        const event = this.#session.nextEvent();
        if (event === undefined) break;
        if (event.kind === 'request') this.#translator?.serve(event);
        else this.#act(event);
      }
    } while (this.#translator?.serveGathered() === true && this.#session.readyBytes < SEND_BYTES);
  }

  /** Whether the peer must take its replies before it is given more. */
  #isBehind(): boolean {
    return !this.#channelClosed && this.#channel.queuedBytes > this.#unsent.bytesMax();
  }

  #act(event: Exclude<ServerEvent, InFlight>): void {
    switch (event.kind) {
      case 'list':
      case 'contexts':
      case 'open':
        this.#ask(event);
        break;
      case 'secure':
        void this.#secure();
        break;
      case 'ended':
        this.#hasEnded = true;
        this.#observer.ended?.(event.reason, this.#transportError);
        break;
    }
  }

  /** What is answered at once is so within the turn. */
  #ask(question: Question): void {
    const answer = this.#desk.answer(question);
    if (isPromise(answer)) void answer.then(() => this.#run()).catch(this.#broken);
  }

  /** A channel whose handshake fails closes, and tells so itself (C-090). */
  async #secure(): Promise<void> {
    this.#send(); // the acknowledgement, the last words in the clear
    try {
      const peer = await this.#channel.secure?.();
      if (peer === undefined || this.#session.phase === 'ended') return;
      this.#desk.secured(peer);
      this.#session.secured();
      this.#observer.secured?.(peer);
      this.#run();
    } catch (error) {
      this.#broken(error);
    }
  }

  /** What fails where no caller can be told, such as an observer that throws, costs this connection and no other. */
  readonly #broken = (error: unknown): void => {
    this.#transportError ??= error as Error;
    this.#channel.drop();
  };

  #endNow(): void {
    this.#session.leave();
    this.#drawEvents();
  }

  /** Sends what is ready; false: there was nothing. */
  #send(): boolean {
    const segments: Uint8Array[] = [];
    const slabs: (Slab | undefined)[] = [];
    for (let next = this.#session.nextSegment(); next !== undefined; ) {
      segments.push(next.bytes);
      slabs.push(next.slab);
      next = this.#session.nextSegment();
    }
    if (segments.length === 0) return false;
    this.#translator?.sends();
    if (this.#channelClosed || this.#channel.send(segments)) releaseAll(slabs);
    else this.#unsent.add(segments, slabs, this.#channel.keptBytes);
    this.#translator?.sent();
    return true;
  }

  #windDownOrReadOn(): void {
    this.#translator?.turnEnds(this.#isBehind());
    if (!this.#hasEnded) {
      const hasTurn = !this.#budget.isSpent();
      if (hasTurn && this.#session.wantsBytes && !this.#isBehind()) this.#channel.resume();
      else this.#channel.pause();
      return;
    }
    if (this.#session.inFlight > 0) return;
    if (!this.#channelEnded) {
      this.#channelEnded = true;
      this.#channel.end();
    }
    if (this.#channelClosed && !this.#released) {
      this.#released = true;
      const closing = this.#desk.close();
      // Of an observer that throws at this there is nobody left to be told.
      if (isPromise(closing)) void closing.catch(() => undefined).then(this.#resolveDone);
      else this.#resolveDone();
    }
  }

  #enter(driver: Driver, facts: ExportFacts): void {
    this.#translator = new Translator({
      session: this.#session,
      driver,
      facts,
      observer: this.#observer,
      tally: this.#tally,
      answered: this.#runSoon,
      broken: this.#broken,
      spent: (bytes) => this.#budget.spend(bytes),
      defer: (task) => this.#channel.defer(task),
      lendsFrom: this.#channel.lendsFrom,
    });
    this.#observer.entered?.(facts);
  }
}
