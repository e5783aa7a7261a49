/**
 * One connection of the lean client: Node's socket with as little of Node around it as can be.
 *
 * All connections in the clear read into one buffer. That is sound because `receive` is done with the
 * bytes when it returns, and no read happens before that.
 */
import { connect, type IpcNetConnectOpts, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Command, encodeExtendedRequest, encodeRequest, Option } from '@nbd/codec';
import { EXTENDED_REQUEST_BYTES, REQUEST_BYTES } from '@nbd/codec';
import { acknowledgedSize, clientFlags, enterExport, isGreeting, startTls } from './handshake.ts';
import type { ReplyForm } from './reply-form.ts';

/** Where an export is. */
export interface Target {
  readonly address: TcpNetConnectOpts | IpcNetConnectOpts;
  readonly exportName: string;
  /** The text of the certificate of who vouches for the server. Undefined: no TLS. */
  readonly authority: string | undefined;
}

/** Takes the first `length` bytes of `view`, which are borrowed until it returns. May throw. */
export type Receive = (view: DataView, length: number) => void;

const READ_BUFFER = new Uint8Array(256 * 1024);
const READ_VIEW = new DataView(READ_BUFFER.buffer);

const HANDSHAKE_MILLIS_MAX = 5000;
const LEAVE_MILLIS_MAX = 5000;

export class Connection {
  readonly #form: ReplyForm;
  #socket: Socket;
  #receive: Receive = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #sizeBytes = 0;
  #closed = false;

  private constructor({ address, authority }: Target, form: ReplyForm) {
    this.#form = form;
    const onread = {
      buffer: READ_BUFFER,
      callback: (length: number) => {
        this.#take(READ_VIEW, length);
        return true;
      },
    };
    this.#socket = connect({
      ...address,
      noDelay: true,
      // TLS takes over the socket, and would not look into our buffer.
      ...(authority === undefined && { onread }),
    });
    this.#watch(this.#socket);
  }

  /**
   * Connects, and enters the export.
   *
   * @throws Error if that is not done in five seconds, or the server refuses; NotApplicable if it
   * refuses TLS or the form of replies
   */
  static async enter(target: Target, form: ReplyForm = 'simple'): Promise<Connection> {
    const connection = new Connection(target, form);
    try {
      await connection.#shakeHands(target);
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

  /** Reads no more: what the server sends stays in the kernel, as far as that takes it. */
  stall(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  goOn(): void {
    this.#socket.resume();
  }

  /** Says goodbye, and waits until the server has closed. Nothing may be in flight. */
  async leave(): Promise<void> {
    const extended = this.#form === 'extended';
    const goodbye = new Uint8Array(extended ? EXTENDED_REQUEST_BYTES : REQUEST_BYTES);
    const encode = extended ? encodeExtendedRequest : encodeRequest;
    const fields = { flags: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
    encode(new DataView(goodbye.buffer), 0, { ...fields, type: Command.DISC });
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

  async #shakeHands({ authority, exportName }: Target): Promise<void> {
    const timer = setTimeout(() => {
      this.#socket.destroy(new Error('the handshake took longer than five seconds'));
    }, HANDSHAKE_MILLIS_MAX);
    try {
      if (authority !== undefined)
        this.#socket.on('data', (chunk: Buffer) => this.#takeChunk(chunk));
      await this.#hear(isGreeting);
      this.send(clientFlags());
      if (authority !== undefined) {
        this.send(startTls());
        await this.#hear((received) => acknowledgedSize(received, Option.STARTTLS));
        await this.#secure(authority);
      }
      this.send(enterExport(exportName, this.#form));
      this.#sizeBytes = await this.#hear((received) => acknowledgedSize(received, Option.GO));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until `read` finds in the bytes from now on what it looks for. */
  #hear<T>(read: (received: Uint8Array) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      let received: Uint8Array = new Uint8Array(0);
      this.attend((view, length) => {
        received = Buffer.concat([received, new Uint8Array(view.buffer, view.byteOffset, length)]);
        const found = read(received);
        if (found !== undefined) resolve(found);
      }, reject);
    });
  }

  async #secure(authority: string): Promise<void> {
    const plain = this.#socket.removeAllListeners('data');
    const secure = connectTls({ socket: plain, ca: authority, servername: 'localhost' });
    this.#socket = secure;
    await new Promise<void>((resolve, reject) => {
      this.attend(() => undefined, reject);
      this.#watch(secure);
      secure.once('secureConnect', resolve);
    });
    secure.on('data', (chunk: Buffer) => this.#takeChunk(chunk));
  }

  #watch(socket: Socket): void {
    let cause: Error | undefined;
    socket.on('error', (error) => {
      cause = error;
    });
    socket.once('close', () => {
      this.#closed = true;
      this.#fail(cause ?? new Error('the server closed the connection'));
    });
  }

  #takeChunk(chunk: Uint8Array): void {
    this.#take(new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), chunk.byteLength);
  }

  #take(view: DataView, length: number): void {
    try {
      this.#receive(view, length);
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
  }
}
