/**
 * A bridge at work: pages come by WebSocket, each is offered to NBD clients at an address, and bytes go
 * both ways between the two. It knows no protocol.
 */
import { EventEmitter } from 'node:events';
import { CloseCode } from '@nbd/websocket';
import type { WebSocket } from 'ws';
import { type Place, TRY_LATER, type Visitor } from './admission.ts';
import { type BridgeOptions, type BridgeSettings, settle } from './bridge-options.ts';
import { Door } from './door.ts';
import { borrowHttp, type HttpEnd, isHttpServer, openHttp } from './http-end.ts';
import { MeetingPlaces } from './meeting-places.ts';
import { CLOSE_MILLIS, Tab, type TabInfo } from './tab.ts';

export interface BridgeEvents {
  /** A page was let in, and clients find it at `tab.uri`. */
  arrived: [tab: TabInfo];
  /** A client has it now. */
  connected: [tab: TabInfo];
  /** It is over. `code` is a `CloseCode` or the host's own, of the end that has closed first. */
  left: [tab: TabInfo, code: number, reason: string];
  /** A visitor was turned away, with the code of a close (1000 and above) or a status of HTTP. */
  refused: [visitor: Visitor, code: number, reason: string];
  /** `admit` has thrown, or an address cannot be listened on; the visitor was turned away. */
  failed: [error: unknown];
}

/** What has happened so far. */
export interface BridgeCounters {
  readonly tabs: { readonly open: number; readonly total: number; readonly refused: number };
  /** `refused`: closed, as there was no WebSocket for them in time. */
  readonly clients: { readonly open: number; readonly total: number; readonly refused: number };
  readonly bytesFromTabs: number;
  readonly bytesToTabs: number;
}

/** Of `tabsMax`: sockets that may be open, those included that are on their way in or out. */
const SOCKETS_PER_TAB = 4;

/** A bridge at work: made by `openBridge`, ended by `close`. */
export class Bridge extends EventEmitter<BridgeEvents> {
  readonly #settings: BridgeSettings;
  readonly #door: Door;
  readonly #places: MeetingPlaces;
  /** All that are not over, and of them those that were let in. */
  readonly #all = new Set<Tab>();
  readonly #admitted = new Set<Tab>();
  #http!: HttpEnd;
  #tabs = 0;
  #tabsSeen = 0;
  #tabsRefused = 0;
  #clients = 0;
  #clientsRefused = 0;
  /** Of those that are over. */
  #bytesFromTabs = 0;
  #bytesToTabs = 0;
  #closed: Promise<void> | undefined;

  /** Use `openBridge`. */
  constructor(settings: BridgeSettings) {
    super();
    const { path, origins, messageBytesMax, tabsMax, http } = settings;
    this.#settings = settings;
    this.#door = new Door({
      path,
      origins,
      messageBytesMax,
      closeTimeout: CLOSE_MILLIS,
      socketsMax: SOCKETS_PER_TAB * tabsMax,
      otherPaths: isHttpServer(http) ? 'leave' : 'refuse',
      entered: (page, visitor) => void this.#enter(page, visitor),
      refused: (visitor, status, reason) => this.#noteRefused(visitor, status, reason),
    });
    this.#places = new MeetingPlaces({
      ...settings,
      met: (tab) => {
        this.#clients++;
        this.emit('connected', tab);
      },
      turnedAway: () => {
        this.#clientsRefused++;
      },
    });
  }

  /** Begins. Called by `openBridge`. */
  async open(): Promise<void> {
    const { http } = this.#settings;
    const { upgrade } = this.#door;
    this.#http = isHttpServer(http) ? borrowHttp(http, upgrade) : await openHttp(http, upgrade);
  }

  /** Where pages dial; undefined where the HTTP server is the host's. */
  get url(): string | undefined {
    const { authority } = this.#http;
    return authority === undefined ? undefined : `ws://${authority}${this.#settings.path}`;
  }

  /** The pages that are there. */
  get tabs(): readonly TabInfo[] {
    return [...this.#admitted];
  }

  get counters(): BridgeCounters {
    const open = [...this.#admitted];
    return {
      tabs: { open: open.length, total: this.#tabs, refused: this.#tabsRefused },
      clients: {
        open: open.filter(({ talking }) => talking).length,
        total: this.#clients,
        refused: this.#clientsRefused,
      },
      bytesFromTabs: open.reduce((sum, tab) => sum + tab.bytesFromTab, this.#bytesFromTabs),
      bytesToTabs: open.reduce((sum, tab) => sum + tab.bytesToTab, this.#bytesToTabs),
    };
  }

  /**
   * Ends the bridge: pages are closed with `GOING_AWAY`, clients are closed, addresses and the files of Unix sockets are
   * gone. It takes two seconds at most. A host's HTTP server goes on. Later calls answer the same.
   */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#door.close();
    const tabs = [...this.#all];
    for (const tab of tabs) tab.close(CloseCode.GOING_AWAY, 'the bridge is closing');
    await Promise.all([this.#places.close(), ...tabs.map(({ over }) => over)]);
    await this.#http.close();
  }

  async #enter(page: WebSocket, visitor: Visitor): Promise<void> {
    const tab = new Tab(++this.#tabsSeen, page, visitor, this.#settings);
    this.#all.add(tab);
    void tab.over.then(() => this.#all.delete(tab));
    const turnAway = (code: number, reason: string): void => {
      tab.close(code, reason);
      this.#noteRefused(visitor, code, reason);
    };
    try {
      const admission = await this.#settings.admit(visitor);
      if (!tab.isOpen) return;
      if ('refused' in admission) turnAway(admission.refused.code, admission.refused.reason);
      else if (this.#admitted.size >= this.#settings.tabsMax) turnAway(TRY_LATER, 'too many pages');
      else if (!(await this.#offer(tab, visitor, admission))) {
        turnAway(TRY_LATER, 'another page is at this address');
      }
    } catch (error) {
      turnAway(CloseCode.INTERNAL_ERROR, 'the disk cannot be offered');
      this.emit('failed', error);
    }
  }

  /** Answers false if the address is another page's. */
  async #offer(tab: Tab, visitor: Visitor, admission: Place): Promise<boolean> {
    this.#admitted.add(tab);
    try {
      const place = await this.#places.find(admission, visitor.token);
      if (place === undefined) return false;
      if (!tab.isOpen) return true;
      if (place.size >= (admission.socketsMax ?? 1)) return false;
      place.add(tab);
      this.#tabs++;
      this.emit('arrived', tab);
      void tab.over.then(({ code, reason }) => this.#noteLeft(tab, code, reason));
      place.introduce();
      return true;
    } finally {
      if (tab.uri === '') this.#admitted.delete(tab);
    }
  }

  #noteLeft(tab: Tab, code: number, reason: string): void {
    this.#admitted.delete(tab);
    this.#bytesFromTabs += tab.bytesFromTab;
    this.#bytesToTabs += tab.bytesToTab;
    this.emit('left', tab, code, reason);
  }

  #noteRefused(visitor: Visitor, code: number, reason: string): void {
    this.#tabsRefused++;
    this.emit('refused', visitor, code, reason);
  }
}

/**
 * Opens a bridge. Rejects with an error of Node's if its own HTTP server cannot listen, and with a
 * RangeError for an option that cannot be.
 */
export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const bridge = new Bridge(settle(options));
  await bridge.open();
  return bridge;
}
