/**
 * One connection of the lean client: Node's socket with as little of Node around it as can be.
 *
 * All connections read into one buffer. That is sound because `receive` is done with the bytes when it
 * returns, and no read happens before that.
 */
import { connect, type IpcNetConnectOpts, type Socket, type TcpNetConnectOpts } from 'node:net';
import { Command, encodeRequest, GREETING_BYTES, REQUEST_BYTES } from '@nbd/codec';
import { answerToGreeting, readProgress } from './handshake.ts';

/** Where an export is. */
export interface Target {
  readonly address: TcpNetConnectOpts | IpcNetConnectOpts;
  readonly exportName: string;
}

/** Takes the first `length` bytes of `view`, which are borrowed until it returns. May throw. */
export type Receive = (view: DataView, length: number) => void;

const READ_BUFFER = new Uint8Array(256 * 1024);
const READ_VIEW = new DataView(READ_BUFFER.buffer);

const HANDSHAKE_MILLIS_MAX = 5000;
const LEAVE_MILLIS_MAX = 5000;

export class Connection {
  readonly #socket: Socket;
  #receive: Receive;
  #fail: (error: Error) => void = () => undefined;
  #sizeBytes = 0;
  #closed = false;

  private constructor({ address }: Target) {
    this.#receive = () => undefined;
    this.#socket = connect({
      ...address,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length) => {
          try {
            this.#receive(READ_VIEW, length);
          } catch (error) {
            this.#socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    let cause: Error | undefined;
    this.#socket.on('error', (error) => {
      cause = error;
    });
    this.#socket.once('close', () => {
      this.#closed = true;
      this.#fail(cause ?? new Error('the server closed the connection'));
    });
  }

  /**
   * Connects, and enters the export.
   *
   * @throws Error if that is not done in five seconds, or the server refuses
   */
  static async enter(target: Target): Promise<Connection> {
    const connection = new Connection(target);
    try {
      await connection.#shakeHands(target.exportName);
    } catch (error) {
      connection.drop();
      throw error;
    }
    return connection;
  }

  /** Of the export. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** From now on bytes go to `receive`. What it throws ends the connection; `fail` is told of any end. */
  attend(receive: Receive, fail: (error: Error) => void): void {
    this.#receive = receive;
    this.#fail = fail;
  }

  /** Sends `bytes`, which must not change before they are on their way. */
  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Says goodbye, and waits until the server has closed. Nothing may be in flight. */
  async leave(): Promise<void> {
    const goodbye = new Uint8Array(REQUEST_BYTES);
    const fields = { flags: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
    encodeRequest(new DataView(goodbye.buffer), 0, { ...fields, type: Command.DISC });
    const timer = setTimeout(() => this.drop(), LEAVE_MILLIS_MAX);
    await new Promise<void>((resolve) => {
      if (this.#closed) resolve();
      this.attend(
        () => undefined,
        () => resolve(),
      );
      this.#socket.end(goodbye);
    });
    clearTimeout(timer);
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.#socket.destroy();
  }

  async #shakeHands(exportName: string): Promise<void> {
    const timer = setTimeout(() => {
      this.#socket.destroy(new Error('the handshake took longer than five seconds'));
    }, HANDSHAKE_MILLIS_MAX);
    try {
      await new Promise<void>((resolve, reject) => {
        let received: Uint8Array = new Uint8Array(0);
        this.attend((_view, length) => {
          const greeted = received.length >= GREETING_BYTES;
          received = Buffer.concat([received, READ_BUFFER.subarray(0, length)]);
          const progress = readProgress(received);
          if (!greeted && progress.kind !== 'greeting') this.send(answerToGreeting(exportName));
          if (progress.kind !== 'entered') return;
          this.#sizeBytes = progress.sizeBytes;
          resolve();
        }, reject);
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
