/**
 * A file of a page as virtual media, with the shape that pages of consoles call: a server that is made of an
 * endpoint, a file, a name and a token, and tells by functions how it goes.
 */
import type { Driver, ExportSource } from '@nbd/driver';
import { type BlobLike, blobDriver } from '@nbd/driver-blob';
import {
  CloseCode,
  serveWebSocket,
  WebSocketClosedError,
  type WebSocketEvent,
  type WebSocketLike,
} from '@nbd/websocket';

export interface NBDServerOptions {
  /**
   * The sub-protocols to offer. Default: the token as it is, which is what consoles expect. For `@nbd/bridge` it
   * is `bearerProtocols(token)`.
   */
  readonly protocols?: readonly string[];
  /** True: when a client is done, in good order or not, dial again for the next, until `stop`. Default false. */
  readonly redial?: boolean;
  /**
   * What is served, made of the file by the caller: with an overlay, or watched by a filter. It stays the caller's,
   * and must not offer several connections (`multiConn`). Default: the file, read-only.
   */
  readonly disk?: Driver;
  /** Makes the sockets. Default: the WebSocket of the page. */
  readonly dial?: (endpoint: string, protocols: string[]) => WebSocketLike;
}

/** Before it dials again, milliseconds: less than a bridge waits, more than an endless loop may take. */
const REDIAL_MILLIS = 100;

type Served = ReturnType<typeof serveWebSocket>;

/** What a client asks for to change the disk. */
const CHANGES = new Set(['WRITE', 'WRITE_ZEROES', 'TRIM', 'FLUSH']);

/** Why a session has ended whose client was not done. */
const CUT_OFF = new Set(['closed', 'closed-early', 'left']);

/**
 * Serves `file` to the client behind `endpoint`, from `start` to `stop`. It may be started again when
 * it is over. The functions that tell do nothing until they are replaced.
 */
export class NBDServer {
  readonly endpoint: string;
  readonly file: BlobLike;
  /** The caller's own name for it, which is never sent. */
  readonly id: string;
  /** The socket is open. */
  socketStarted: () => void = () => undefined;
  /**
   * It is over, and nobody dials again. 1000: in good order, by `stop` or by the other end; else a `CloseCode`,
   * such as 1006 for a network that failed.
   */
  socketClosed: (code: number) => void = () => undefined;
  /** A part of the file could not be read, for the first time since `start`. The client was told, and others are served on. */
  errorReadingFile: () => void = () => undefined;
  /**
   * A change of `disk` could not be made, or not be made to last, for the first time since `start`: there may be no more room
   * for it. The client was told, and is served on. Scripts of consoles have no such function.
   */
  errorWriting: () => void = () => undefined;
  /** A client has the disk, and has it no more. Scripts of consoles have no such functions. */
  clientEntered: () => void = () => undefined;
  clientLeft: () => void = () => undefined;
  readonly #protocols: string[];
  readonly #exports: ExportSource;
  readonly #redial: boolean;
  readonly #dial: (endpoint: string, protocols: string[]) => WebSocketLike;
  #served: Served | undefined;
  #redialTimer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #isStopping = false;
  readonly #failuresTold = new Set<string>();

  constructor(
    endpoint: string,
    file: BlobLike,
    id: string,
    token: string,
    options: NBDServerOptions = {},
  ) {
    this.endpoint = endpoint;
    this.file = file;
    this.id = id;
    this.#protocols = [...(options.protocols ?? [token])];
    this.#exports = sourceOf(options.disk, file);
    this.#redial = options.redial ?? false;
    this.#dial = options.dial ?? ((url, protocols) => new WebSocket(url, protocols));
  }

  /**
   * Dials. A server that is started already goes on as it is.
   *
   * @throws DOMException for an endpoint or a token that the browser does not take
   */
  start(): void {
    if (this.#isRunning) return;
    this.#isStopping = false;
    this.#failuresTold.clear();
    this.#open();
  }

  /** Leaves when what is in flight is answered; `socketClosed` follows, with 1000. */
  stop(): void {
    if (!this.#isRunning || this.#isStopping) return;
    this.#isStopping = true;
    if (this.#redialTimer === undefined) this.#served?.leave();
    else this.#finish(CloseCode.ORDERLY);
  }

  #open(): void {
    const { endpoint } = this;
    const socket = this.#dial(endpoint, [...this.#protocols]);
    this.#isRunning = true;
    let code: number = CloseCode.BROKEN;
    let reason = 'closed';
    let hasEntered = false;
    socket.addEventListener('open', () => this.socketStarted());
    socket.addEventListener('close', (event) => {
      code = codeOf(event);
    });
    this.#served = serveWebSocket(socket, {
      exports: this.#exports,
      context: { peer: endpoint },
      observer: {
        entered: () => {
          hasEntered = true;
          this.clientEntered();
        },
        requestFailed: ({ command }) => this.#noteFailure(CHANGES.has(command)),
        ended: (found) => {
          reason = found;
          if (hasEntered) this.clientLeft();
        },
      },
    });
    void this.#served.done.then(() =>
      this.#socketIsOver(code, code === CloseCode.ORDERLY || !CUT_OFF.has(reason)),
    );
  }

  #noteFailure(isChange: boolean): void {
    const kind = isChange ? 'errorWriting' : 'errorReadingFile';
    if (this.#failuresTold.has(kind)) return;
    this.#failuresTold.add(kind);
    this[kind]();
  }

  /** `clientIsDone`: it is not the other end that is. */
  #socketIsOver(code: number, clientIsDone: boolean): void {
    if (this.#isStopping) this.#finish(CloseCode.ORDERLY);
    else if (this.#redial && clientIsDone) {
      this.#redialTimer = setTimeout(() => {
        this.#redialTimer = undefined;
        this.#open();
      }, REDIAL_MILLIS);
    } else this.#finish(code);
  }

  #finish(code: number): void {
    clearTimeout(this.#redialTimer);
    this.#redialTimer = undefined;
    this.#isRunning = false;
    this.socketClosed(code);
  }
}

/** One disk, without a name. A second connection would need a second socket. */
function sourceOf(disk: Driver | undefined, file: BlobLike): ExportSource {
  const open = (): Driver => disk ?? { ...blobDriver({ blob: file }), multiConn: false };
  return {
    list: () => [{ name: '' }],
    open: (name) => (name === '' ? { name, driver: open(), close: () => undefined } : undefined),
  };
}

function codeOf({ code = CloseCode.BROKEN, reason = '' }: WebSocketEvent): number {
  const { code: meant } = new WebSocketClosedError(code, reason);
  return meant === CloseCode.NONE ? CloseCode.ORDERLY : meant;
}
