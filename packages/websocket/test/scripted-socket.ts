/** A WebSocket whose network is the test: what it has not taken is buffered. */
import type { WebSocketEvent, WebSocketLike } from '../src/index.ts';

type Listener = (event: WebSocketEvent) => void;

export class ScriptedSocket implements WebSocketLike {
  readyState = 1;
  binaryType = 'blob';
  bufferedAmount = 0;
  bufferedMax = 0;
  /** What was sent, message by message. */
  readonly sent: Uint8Array[] = [];
  /** What it was closed with, by this end. */
  closedWith: string | undefined;
  readonly #listeners = new Map<string, Listener[]>();
  /** Pages may not say every code. */
  readonly #ofPage: boolean;
  /** Whether the network takes everything at once. */
  takesAll: boolean;
  /** Called when this end closes it. */
  onClosing: () => void = () => undefined;

  constructor({
    ofPage = false,
    takesAll = true,
  }: { readonly ofPage?: boolean; readonly takesAll?: boolean } = {}) {
    this.#ofPage = ofPage;
    this.takesAll = takesAll;
  }

  send(bytes: Uint8Array): void {
    if (this.readyState !== 1) throw new Error('this socket is not open');
    this.sent.push(bytes.slice());
    if (this.takesAll) return;
    this.bufferedAmount += bytes.length;
    this.bufferedMax = Math.max(this.bufferedMax, this.bufferedAmount);
  }

  close(code?: number, reason?: string): void {
    if (this.#ofPage && code !== 1000 && (code ?? 0) < 3000) throw new RangeError('no such code');
    if (this.readyState > 1) return;
    this.readyState = 2;
    this.closedWith = `${code} ${reason}`;
    this.onClosing();
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  /** Something happens to it. */
  tells(event: WebSocketEvent): void {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event);
  }

  /** A message comes. */
  hears(data: Uint8Array | string): void {
    const isText = typeof data === 'string';
    this.tells({ type: 'message', data: isText ? data : new Uint8Array(data).buffer });
  }

  /** The connection is there. */
  opens(): void {
    this.readyState = 1;
    this.tells({ type: 'open' });
  }

  /** It is closed for good. */
  closes(code: number, reason = ''): void {
    this.readyState = 3;
    this.tells({ type: 'close', code, reason });
  }

  /** The network takes that many bytes. */
  takes(bytes: number): void {
    this.bufferedAmount -= Math.min(bytes, this.bufferedAmount);
  }
}
