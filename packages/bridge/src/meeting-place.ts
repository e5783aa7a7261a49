/**
 * An address, and who meets there: WebSockets that wait for a client, and clients that wait for a WebSocket.
 *
 * It is there as long as a page is, and a moment longer when a conversation has come to its end, for the page
 * to dial again. A client for whom no WebSocket is free waits as long, and is closed then.
 */
import type { Socket } from 'node:net';
import type { Address } from '@nbd/server';
import { type ClientListener, listenForClients } from './client-listener.ts';
import type { Tab } from './tab.ts';

export interface MeetingPlaceOptions {
  readonly address: Address;
  readonly socketMode: number;
  /** Milliseconds. */
  readonly returnTimeout: number;
  /** A client has a WebSocket now. */
  readonly met: (tab: Tab) => void;
  /** A client was closed, as there was none for it. */
  readonly turnedAway: () => void;
  /** It begins to close. */
  readonly closing: () => void;
}

/** Beyond that, clients are closed at once. */
const WAITING_CLIENTS_MAX = 16;

export class MeetingPlace {
  readonly #options: MeetingPlaceOptions;
  readonly #tabs = new Set<Tab>();
  /** Each with the timer that ends its waiting; the one that has waited longest is the first. */
  readonly #clients = new Map<Socket, NodeJS.Timeout>();
  #listener!: ClientListener;
  #returnTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(options: MeetingPlaceOptions) {
    this.#options = options;
  }

  /** Listens. Rejects with an error of Node's if it cannot. */
  static async open(options: MeetingPlaceOptions): Promise<MeetingPlace> {
    const { address, socketMode } = options;
    const place = new MeetingPlace(options);
    place.#listener = await listenForClients(address, socketMode, (client) => place.#come(client));
    place.#awaitReturn();
    return place;
  }

  /** How many WebSockets there are. */
  get size(): number {
    return [...this.#tabs].filter((tab) => tab.isOpen).length;
  }

  get uri(): string {
    return this.#listener.uri;
  }

  /** A page has come, and is offered to clients until it leaves. */
  add(tab: Tab): void {
    clearTimeout(this.#returnTimer);
    this.#tabs.add(tab);
    tab.uri = this.uri;
    void tab.over.then(({ isReturning }) => this.#remove(tab, isReturning));
  }

  /** Lets the client that has waited longest have a WebSocket, if there are both. */
  introduce(): void {
    for (const [client, timer] of this.#clients) {
      if (client.destroyed) {
        this.#turnAway(client);
        continue;
      }
      const tab = [...this.#tabs].find((each) => each.isOpen && !each.talking);
      if (tab === undefined) return;
      clearTimeout(timer);
      this.#clients.delete(client);
      tab.talkTo(client);
      this.#options.met(tab);
    }
  }

  /** Closes the address, whose file is gone then, and the clients that wait. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.closing();
    clearTimeout(this.#returnTimer);
    for (const client of this.#clients.keys()) this.#turnAway(client);
    this.#listener.close();
  }

  #come(client: Socket): void {
    client.on('error', () => undefined);
    const { returnTimeout } = this.#options;
    const timer = setTimeout(() => this.#turnAway(client), returnTimeout);
    this.#clients.set(client, timer);
    this.introduce();
    if (this.#clients.size > WAITING_CLIENTS_MAX) this.#turnAway(client);
  }

  #turnAway(client: Socket): void {
    clearTimeout(this.#clients.get(client));
    this.#clients.delete(client);
    client.destroy();
    this.#options.turnedAway();
  }

  #remove(tab: Tab, isReturning: boolean): void {
    this.#tabs.delete(tab);
    if (this.#tabs.size > 0 || this.#isClosed) return;
    if (isReturning) this.#awaitReturn();
    else this.close();
  }

  #awaitReturn(): void {
    this.#returnTimer = setTimeout(() => this.close(), this.#options.returnTimeout);
  }
}
