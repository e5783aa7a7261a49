/** What is used of a `MessagePort`, of a browser, a worker or Node. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** "close" is told by Node and by newer browsers, when the other end is gone. */
  addEventListener(type: 'message' | 'close', listener: (event: PortEvent) => void): void;
  /** Begins to tell of messages. */
  start(): void;
  close(): void;
}

/** What is used of the events of a port. */
export interface PortEvent {
  readonly type: string;
  /** Of "message". */
  readonly data?: unknown;
}
