/**
 * The WebSocket of a page. It carries one NBD conversation, and then it is over.
 *
 *   state     holds when                              leaves on
 *   waiting   it is open, and there is no client      `talkTo`; it closes
 *   talking   bytes go both ways                      either end leaves
 *   closing   the page was told why                   it answers, or two seconds pass
 *   over      the WebSocket is closed                 never
 */
import { CloseCode, WebSocketClosedError } from '@nbd/websocket';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Visitor } from './admission.ts';
import { Flow } from './flow.ts';

export interface TabTimes {
  /** All in milliseconds. */
  readonly pingInterval: number;
  readonly stallTimeout: number;
}

/** A page that was let in, for those who listen to the bridge. */
export interface TabInfo {
  /** Grows; the same page has another when it dials again. */
  readonly id: number;
  /** Where clients find it; empty until it is offered. */
  readonly uri: string;
  /** Of the other end of the connection. */
  readonly address: string;
  readonly origin: string | undefined;
  /** Whether a client has it. */
  readonly talking: boolean;
  readonly bytesFromTab: number;
  readonly bytesToTab: number;
  /**
   * Sends it away, and its client. `reason` is at most 123 bytes of UTF-8.
   *
   * @throws TypeError or RangeError for a code or a reason that cannot be sent
   */
  close(code: number, reason: string): void;
}

/** Why it is over. */
export interface Ending {
  /** As in `CloseCode`, also when a page said it. */
  readonly code: number;
  readonly reason: string;
  /** Whether the conversation came to its end, so that the page may be on its way back. */
  readonly isReturning: boolean;
}

/** A page that waits for a client says its greeting, 18 bytes, and no more. */
const HELD_BYTES_MAX = 64 * 1024;

/** What a page says whose client has left, or was at fault: its disk is there for the next. */
const CLIENT_IS_DONE: ReadonlySet<number> = new Set([
  CloseCode.ORDERLY,
  CloseCode.NONE,
  CloseCode.PROTOCOL_ERROR,
  CloseCode.NO_EXPORT,
]);

/** How long a page may take to answer a close, in milliseconds, and a client to take what is left. */
export const CLOSE_MILLIS = 2000;

export class Tab implements TabInfo {
  readonly id: number;
  readonly address: string;
  readonly origin: string | undefined;
  uri = '';
  /** Resolves when it is over. */
  readonly over: Promise<Ending>;
  readonly #page: WebSocket;
  readonly #times: TabTimes;
  readonly #pings: NodeJS.Timeout;
  /** What the page said before there was a client. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #client: Socket | undefined;
  #fromTab: Flow | undefined;
  #toTab: Flow | undefined;
  /** Whether something was heard since the last ping. */
  #isAlive = true;
  /** What this end has closed with. */
  #said: { readonly code: number; readonly reason: string } | undefined;

  constructor(id: number, page: WebSocket, visitor: Visitor, times: TabTimes) {
    this.id = id;
    this.address = visitor.address;
    this.origin = visitor.origin;
    this.#page = page;
    this.#times = times;
    // What has come while this process had no processor is heard before it is judged.
    this.#pings = setInterval(() => setImmediate(() => this.#ping()), times.pingInterval);
    page.on('message', (data, isBinary) => this.#hear(data as Buffer, isBinary));
    page.on('pong', () => {
      this.#isAlive = true;
    });
    page.on('error', (error: NodeJS.ErrnoException) => {
      this.#said ??= { code: codeOf(error), reason: error.message };
    });
    this.over = new Promise((resolve) => {
      page.on('close', (code, reason) => resolve(this.#end(code, reason.toString())));
    });
  }

  /** Whether it may be given a client, or has one. */
  get isOpen(): boolean {
    return this.#page.readyState === WebSocket.OPEN;
  }

  get talking(): boolean {
    return this.#client !== undefined && this.isOpen;
  }

  get bytesFromTab(): number {
    return this.#fromTab?.bytes ?? 0;
  }

  get bytesToTab(): number {
    return this.#toTab?.bytes ?? 0;
  }

  /** Gives it its one client, whose socket is paused. */
  talkTo(client: Socket): void {
    const page = this.#page;
    const { stallTimeout } = this.#times;
    const toClient = {
      send: (bytes: Uint8Array, taken: () => void) => void client.write(bytes, taken),
      get unsentBytes() {
        return client.writableLength;
      },
    };
    const toPage = {
      send: (bytes: Uint8Array, taken: () => void) => page.send(bytes, taken),
      get unsentBytes() {
        return page.bufferedAmount;
      },
    };
    this.#client = client;
    this.#fromTab = new Flow(page, toClient, stallTimeout, () => {
      client.destroy();
      this.close(
        CloseCode.ORDERLY,
        `the client was dropped: it took next to nothing for ${stallTimeout} ms`,
      );
    });
    this.#toTab = new Flow(client, toPage, stallTimeout, () => page.terminate());
    client.on('data', (bytes) => {
      if (this.isOpen) this.#toTab?.pass(bytes);
    });
    // What is wrong with a client's socket is its own; it closes.
    client.on('error', () => undefined);
    const left = (): void => this.close(CloseCode.ORDERLY, 'the client has left');
    client.on('end', left);
    client.on('close', left);
    for (const bytes of this.#held) this.#fromTab.pass(bytes);
    this.#held = [];
    client.resume();
  }

  close(code: number, reason: string): void {
    if (this.#said !== undefined || !this.isOpen) return;
    this.#page.close(code, reason);
    this.#said = { code, reason };
    this.#release();
  }

  #hear(bytes: Uint8Array, isBinary: boolean): void {
    this.#isAlive = true;
    if (this.#said !== undefined) return;
    if (!isBinary) this.close(CloseCode.UNSUPPORTED_DATA, 'expected binary messages, found text');
    else if (this.#fromTab !== undefined) this.#pass(bytes, this.#fromTab);
    else this.#hold(bytes);
  }

  #pass(bytes: Uint8Array, flow: Flow): void {
    if (this.#client?.writable === true) flow.pass(bytes);
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes);
    // Messages of no bytes are not for nothing either.
    this.#heldBytes += bytes.length + 1;
    if (this.#heldBytes <= HELD_BYTES_MAX) return;
    this.#held = [];
    this.close(CloseCode.TOO_BIG, 'expected a greeting, found more, and there is no client yet');
  }

  #ping(): void {
    const isHeld = this.#fromTab?.isHeld === true || this.#toTab?.isHeld === true;
    if (!this.#isAlive && !isHeld) this.#page.terminate();
    // Who is held back has had no chance to be heard.
    this.#isAlive = isHeld;
    if (this.isOpen) this.#page.ping();
  }

  /** Neither end holds back the other any more. */
  #release(): void {
    this.#fromTab?.stop();
    this.#toTab?.stop();
  }

  #end(heard: number, words: string): Ending {
    clearInterval(this.#pings);
    this.#release();
    this.#held = [];
    const said = this.#said;
    const { code, reason } = said ?? {
      code: new WebSocketClosedError(heard, words).code,
      reason: words,
    };
    const isOrderly = code === CloseCode.ORDERLY || code === CloseCode.NONE;
    const client = this.#client;
    if (isOrderly) client?.setTimeout(CLOSE_MILLIS, () => client.destroy()).end();
    else client?.destroy();
    const isDone = said === undefined ? CLIENT_IS_DONE.has(code) : isOrderly;
    return { code, reason, isReturning: isDone && client !== undefined };
  }
}

/** What a page that breaks the rules of WebSockets is told. */
function codeOf({ code }: NodeJS.ErrnoException): number {
  return code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    ? CloseCode.TOO_BIG
    : CloseCode.PROTOCOL_ERROR;
}
