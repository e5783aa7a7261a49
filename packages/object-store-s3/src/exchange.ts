/**
 * One request and its answer over HTTP, and every way in which that ends.
 */
import type { StoreErrorCode } from '@nbd/driver-object-store';
import type { Dispatcher } from 'undici';

export interface OutgoingRequest {
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body in pieces, lent until the exchange is over. */
  readonly parts: readonly Uint8Array[];
  /** Where the body of an answer that is a success goes. Lent likewise. Absent: into memory of its own. */
  readonly target?: Uint8Array | undefined;
  /** Bytes of such an answer without a target. */
  readonly bodyMax: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The start of `target`, as far as it was filled, or memory of the caller's. */
  readonly body: Uint8Array;
}

/** There was no answer, or no whole one; or the signal fired, of which the reason is the cause. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  /** The request was begun on a connection, so the store may act on it, now or later. */
  readonly wasSent: boolean;
  /** It makes no sense to try again: "invalid", the answer is too long; "unreachable", the other end is not whom we trust. */
  readonly final: StoreErrorCode | undefined;

  constructor(message: string, fate: Pick<ExchangeError, 'wasSent' | 'final'>, cause?: unknown) {
    super(message, { cause });
    this.wasSent = fate.wasSent;
    this.final = fate.final;
  }
}

/**
 * Sends a request. When the promise settles, nobody reads `parts` nor writes to `target` any more; once `signal`
 * fires, that is at once. Rejects with an `ExchangeError`.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const handler = new AnswerHandler(request, signal, resolve, reject);
    dispatcher.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.headers,
        body: bodyOf(request.parts),
      },
      handler,
    );
  });
}

/** What is kept of an answer that is no success. */
const COMPLAINT_BYTES_MAX = 64 * 2 ** 10;

/** Who ends an exchange: an answer, an error of the connection, or the signal, whatever is first. */
class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #request: OutgoingRequest;
  readonly #signal: AbortSignal;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;
  readonly #onAbort = (): void => {
    const reason = this.#signal.reason as Error;
    this.#giveUp(
      new ExchangeError(reason.message, { wasSent: this.#wasSent, final: undefined }, reason),
    );
  };
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status = 0;
  #isSuccess = false;
  #headers: Answer['headers'] = {};
  /** Undefined: what comes is collected in `#pieces`. */
  #target: Uint8Array | undefined;
  #pieces: Uint8Array[] = [];
  #received = 0;

  constructor(
    request: OutgoingRequest,
    signal: AbortSignal,
    resolve: (answer: Answer) => void,
    reject: (error: Error) => void,
  ) {
    this.#request = request;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It was waiting for a connection when it was given up: nothing of it is sent.
    if (this.#isOver) controller.abort(new Error('given up'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Answer['headers'],
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#isSuccess = status < 300;
    this.#target = this.#isSuccess ? this.#request.target : undefined;
    const announced = Number(headers['content-length'] ?? 0);
    if (this.#isSuccess && announced > this.#room) this.#refuseLength(announced);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#isOver) return;
    const end = this.#received + chunk.length;
    if (end > this.#room) {
      // The rest of a long complaint is of no interest.
      if (this.#isSuccess) this.#refuseLength(end);
      return;
    }
    if (this.#target === undefined) this.#pieces.push(chunk);
    else this.#target.set(chunk, this.#received);
    this.#received = end;
  }

  onResponseEnd(): void {
    if (!this.#end()) return;
    const body = this.#target?.subarray(0, this.#received) ?? joined(this.#pieces, this.#received);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#end()) return;
    const fate = {
      wasSent: this.#wasSent,
      final: isDistrust(error) ? 'unreachable' : undefined,
    } as const;
    this.#reject(new ExchangeError(spellError(error), fate, error));
  }

  get #wasSent(): boolean {
    return this.#controller !== undefined;
  }

  get #room(): number {
    if (!this.#isSuccess) return COMPLAINT_BYTES_MAX;
    return this.#target?.length ?? this.#request.bodyMax;
  }

  #refuseLength(found: number): void {
    const message = `expected an answer of at most ${this.#room} bytes, found ${found}`;
    this.#giveUp(new ExchangeError(message, { wasSent: true, final: 'invalid' }));
  }

  #giveUp(error: ExchangeError): void {
    if (!this.#end()) return;
    // The connection is of no use any more: the rest of the answer may come at any time.
    this.#controller?.abort(error);
    this.#reject(error);
  }

  /** Whether this is the end, and not something after it. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    return true;
  }
}

/** Several parts go out one after the other; the client takes any iterable, though its types know none. */
function bodyOf(parts: readonly Uint8Array[]): Uint8Array | null {
  if (parts.length > 1) return parts as Iterable<Uint8Array> as unknown as Uint8Array;
  return parts[0] ?? null;
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Of all attempts to reach several addresses of a host Node tells the causes in an error without words. */
function spellError(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  const words = error instanceof AggregateError ? error.errors.map(String).join(', ') : '';
  return words || error.message || code || error.name;
}

/** The other end could not show that it is who it should be. It will not the next time either. */
function isDistrust({ code = '' }: NodeJS.ErrnoException): boolean {
  return /CERT|^ERR_TLS|UNABLE_TO_(?:GET|VERIFY)/.test(code);
}
