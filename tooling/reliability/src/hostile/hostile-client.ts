/** A client on a socket, which says what it is told to and need not listen. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { CLIENT_FLAGS, GO_REPLY_BYTES, go, GREETING_BYTES } from './hostile-bytes.ts';

export class HostileClient {
  readonly socket: Socket;
  /** Resolves when the socket is closed, whatever the way. */
  readonly closed: Promise<void>;
  #heardBytes = 0;
  #isClosed = false;
  #changed: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', ({ length }: Uint8Array) => {
      this.#heardBytes += length;
      this.#changed();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#changed();
        resolve();
      });
    });
  }

  /** @throws Error if nobody listens there */
  static async dial(port: number): Promise<HostileClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new HostileClient(socket);
  }

  /** One that has entered the export, or `undefined` if the server has closed. */
  static async enter(port: number, exportName: string): Promise<HostileClient | undefined> {
    const client = await HostileClient.dial(port);
    client.says(CLIENT_FLAGS, go(exportName));
    return (await client.hears(GREETING_BYTES + GO_REPLY_BYTES)) ? client : undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  says(...parts: readonly Uint8Array[]): void {
    if (!this.#isClosed) this.socket.write(Buffer.concat(parts));
  }

  /** Resolves when there are `bytes` more, with true; or the socket has closed, with false. */
  async hears(bytes: number): Promise<boolean> {
    const wanted = bytes;
    while (this.#heardBytes < wanted && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    this.#heardBytes -= Math.min(this.#heardBytes, wanted);
    return !this.#isClosed;
  }

  /** Vanishes with a RST. */
  resets(): void {
    if (!this.#isClosed) this.socket.resetAndDestroy();
  }
}
