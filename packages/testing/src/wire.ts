/**
 * The wire between a session and its client: it carries the bytes of both, so that it can count, hold,
 * garble and cut them.
 *
 * Neither end knows of it. The session speaks through one end of a pair of channels in memory, of which
 * the wire has the other; the client is at the far end of a socket, or of another such pair.
 */
import type { Channel, ChannelReceiver } from '@nbd/session';
import type { ByteCuts } from './byte-cut.ts';
import { ClientSpeech } from './client-speech.ts';
import { Conversation } from './conversation.ts';
import type { History } from './history.ts';
import { MessageReader, type MessageSink } from './message-reader.ts';
import { Outlet } from './outlet.ts';
import { ServerSpeech } from './server-speech.ts';
import type { WireFaultPlan } from './wire-fault-plan.ts';

/** So many bytes may wait for one end before the other is paused. */
const QUEUED_BYTES_MAX = 2 ** 20;

export interface WireOptions {
  /** Counts from 1. */
  readonly connection: number;
  /** To the client. */
  readonly client: Channel;
  /** To the session. */
  readonly session: Channel;
  readonly history: History;
  readonly faults: WireFaultPlan;
  readonly cuts: ByteCuts;
  /** Told once, when the client's end is closed. */
  readonly closed: () => void;
}

export class Wire {
  readonly #client: Channel;
  readonly #session: Channel;
  readonly #conversation = new Conversation();
  readonly #toClient: Outlet;
  readonly #toSession: Outlet;
  readonly #clientReader: MessageReader;
  readonly #sessionReader: MessageReader;
  readonly #over: () => void;
  readonly #closed: () => void;
  #isOver = false;
  #isFrozen = false;

  constructor({ connection, client, session, history, faults, cuts, closed }: WireOptions) {
    this.#client = client;
    this.#session = session;
    const cut = (): void => this.cut();
    const conversation = this.#conversation;
    this.#toClient = new Outlet({ channel: client, speaker: 'server', cuts, cut });
    this.#toSession = new Outlet({ channel: session, speaker: 'client', cuts, cut });
    const clientSpeech = new ClientSpeech({
      connection,
      conversation,
      history,
      faults,
      outlet: this.#toSession,
      cut,
    });
    const serverSpeech = new ServerSpeech({ conversation, outlet: this.#toClient, cut });
    this.#clientReader = new MessageReader(clientSpeech satisfies MessageSink);
    this.#sessionReader = new MessageReader(serverSpeech satisfies MessageSink);
    this.#closed = closed;
    this.#over = () => {
      this.#clientReader.stop();
      this.#sessionReader.stop();
      conversation.end();
      faults.forget(serverSpeech);
    };
  }

  /** Whether the client can be told anything more. */
  get isOpen(): boolean {
    return !this.#isOver;
  }

  /** Begins to carry. */
  start(): void {
    const client = this.#client;
    const session = this.#session;
    client.start({
      ...this.#carry(client, session, this.#toSession, this.#clientReader),
      closed: () => {
        session.drop();
        this.#endOnce();
        this.#closed();
      },
    });
    session.start({
      ...this.#carry(session, client, this.#toClient, this.#sessionReader),
      // In good order the client has its end of the stream by now, and closes when it has read so far.
      closed: () => {
        if (!this.#isOver) client.drop();
        this.#endOnce();
      },
    });
  }

  /** The client reads what it was sent, and then the end. The session carries out what it has heard. */
  cut(): void {
    if (this.#isOver) return;
    this.#toClient.close();
    this.#toSession.close();
    this.#client.end();
    this.#session.end();
    this.#endOnce();
  }

  /** Both ends are closed at once; what the session has heard and not begun is not carried out. */
  drop(): void {
    this.#client.drop();
    this.#session.drop();
    this.#endOnce();
  }

  /** Carries nothing until `thaw`. */
  freeze(): void {
    this.#isFrozen = true;
    this.#client.pause();
    this.#session.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#client.resume();
    this.#session.resume();
  }

  /** From one end to the other, and no faster than that takes it. */
  #carry(
    source: Channel,
    sink: Channel,
    outlet: Outlet,
    reader: MessageReader,
  ): Omit<ChannelReceiver, 'closed'> {
    return {
      received: (bytes) => {
        reader.receive(bytes);
        outlet.send();
        if (sink.queuedBytes > QUEUED_BYTES_MAX) source.pause();
      },
      // The other way: `source` has taken what it was sent.
      sent: () => {
        if (source.queuedBytes <= QUEUED_BYTES_MAX && !this.#isFrozen) sink.resume();
      },
      ended: () => {
        sink.end();
        if (source === this.#session) this.#endOnce();
      },
    };
  }

  #endOnce(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#over();
  }
}
