/**
 * What is used of a WebSocket: those of browsers and of Node, and those of the package `ws`, are such.
 */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes that were sent and that the network has not taken. */
  readonly bufferedAmount: number;
  /** Set to "arraybuffer". */
  binaryType: string;
  /** Sends one binary message. Where `done` is known, it is called when the message is on the network. */
  send(bytes: Uint8Array<ArrayBuffer>, done?: () => void): void;
  close(code?: number, reason?: string): void;
  /** Closes without waiting for anybody. Browsers have no such thing. */
  terminate?(): void;
  /** Stops and goes on reading from the network. Browsers have no such thing. */
  pause?(): void;
  resume?(): void;
  addEventListener(
    type: 'open' | 'message' | 'error' | 'close',
    listener: (event: WebSocketEvent) => void,
  ): void;
}

/** What is used of the events of a WebSocket. */
export interface WebSocketEvent {
  readonly type: string;
  /** Of "message": an `ArrayBuffer`, or a text. */
  readonly data?: unknown;
  /** Of "error", where the library tells it. */
  readonly error?: unknown;
  /** Of "close". */
  readonly code?: number;
  readonly reason?: string;
}
