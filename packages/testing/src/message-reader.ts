/** A stream of bytes as messages: a header, and so many bytes of payload. */

export interface MessageSink {
  /** How long the header is that begins with `start`, as far as that tells; at least 1. */
  headerBytes(start: Uint8Array): number;
  /** A whole header, which is the sink's own. Answers how many bytes of payload follow; `undefined`: this is no header. */
  header(bytes: Uint8Array): number | undefined;
  /** The next part of the payload. Borrowed until this returns. */
  payload(bytes: Uint8Array): void;
  /** The message is complete. */
  end(): void;
  /** Bytes behind what was no header. Borrowed until this returns. */
  unknown(bytes: Uint8Array): void;
}

/** The longest header. */
const HEADER_BYTES_MAX = 134;

export class MessageReader {
  readonly #sink: MessageSink;
  readonly #header = new Uint8Array(HEADER_BYTES_MAX);
  /** How much of the header is there. */
  #held = 0;
  /** How much of the payload is to come. */
  #left = 0;
  #isLost = false;
  #isStopped = false;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Takes what was received next, however it was cut. The bytes are borrowed until this returns. */
  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#isStopped; ) {
      at += this.#take(bytes.subarray(at));
    }
  }

  /** From now on nothing is told any more, not even of bytes that are being taken. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Answers how many bytes were taken, at least one. */
  #take(bytes: Uint8Array): number {
    if (this.#isLost) {
      this.#sink.unknown(bytes);
      return bytes.length;
    }
    if (this.#left === 0) return this.#takeHeader(bytes);
    const part = bytes.subarray(0, this.#left);
    this.#sink.payload(part);
    this.#left -= part.length;
    if (this.#left === 0 && !this.#isStopped) this.#sink.end();
    return part.length;
  }

  #takeHeader(bytes: Uint8Array): number {
    const wanted = this.#sink.headerBytes(this.#header.subarray(0, this.#held));
    const part = bytes.subarray(0, wanted - this.#held);
    this.#header.set(part, this.#held);
    this.#held += part.length;
    const header = this.#header.slice(0, this.#held);
    if (this.#held === this.#sink.headerBytes(header)) {
      this.#held = 0;
      this.#begin(header);
    }
    return part.length;
  }

  #begin(header: Uint8Array): void {
    const payloadBytes = this.#sink.header(header);
    this.#isLost = payloadBytes === undefined;
    this.#left = payloadBytes ?? 0;
    if (payloadBytes === 0 && !this.#isStopped) this.#sink.end();
  }
}
