/** One request of a call: signed, sent to one endpoint, and given so much time and no more. */
import type { Endpoint } from './endpoint-ring.ts';
import { type Answer, exchange } from './exchange.ts';
import type { Payload } from './payload.ts';
import type { RequestSigner, UnsignedRequest } from './request-signer.ts';
import type { S3RequestKind } from './s3-options.ts';
import type { StoreClock } from './store-clock.ts';

export interface CallRequest extends UnsignedRequest {
  readonly kind: S3RequestKind;
  readonly method: 'DELETE' | 'GET' | 'POST' | 'PUT';
  readonly payload: Payload;
  /** As `OutgoingRequest` has them. */
  readonly target?: Uint8Array | undefined;
  readonly bodyMax: number;
  /** Milliseconds that it may take longer than others. */
  readonly extraMillis?: number;
}

export interface Sending {
  readonly signer: RequestSigner;
  readonly clock: StoreClock;
  /** Milliseconds. */
  readonly timeout: number;
  /** Ends the request at once. */
  readonly ending: AbortSignal;
}

/** A deadline has passed. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';

  constructor(millis: number) {
    super(`no answer in ${millis / 1000} s`);
  }
}

/** Rejects with an `ExchangeError`, or with the `StoreError` of credentials that cannot be had. */
export async function sendOnce(
  { address, pool }: Endpoint,
  request: CallRequest,
  { signer, clock, timeout, ending }: Sending,
): Promise<Answer> {
  const { method, payload, target, bodyMax } = request;
  // Credentials may come from a program or a service, which may hang.
  const { path, headers } = await beforeEnd(signer.sign(address, request), ending);
  const timely = new AbortController();
  const onEnding = (): void => timely.abort(ending.reason);
  const millis = timeout + (request.extraMillis ?? 0);
  const cancelDeadline = clock.after(millis, () => timely.abort(new OutOfTime(millis)));
  ending.addEventListener('abort', onEnding);
  if (ending.aborted) onEnding();
  const { parts } = payload;
  const outgoing = { method, path, headers: withLength(headers, payload), parts, target, bodyMax };
  try {
    return await exchange(pool, outgoing, timely.signal);
  } finally {
    cancelDeadline();
    ending.removeEventListener('abort', onEnding);
  }
}

/** What comes of `step`, unless `ending` fires first: then its reason. */
function beforeEnd<T>(step: Promise<T>, ending: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onEnding = (): void => reject(ending.reason as Error);
    ending.addEventListener('abort', onEnding);
    if (ending.aborted) onEnding();
    step.then(resolve, reject).finally(() => ending.removeEventListener('abort', onEnding));
  });
}

/** A body in several parts has no length that the client could see. */
function withLength(
  headers: Readonly<Record<string, string>>,
  { parts, length }: Payload,
): Readonly<Record<string, string>> {
  return parts.length > 1 ? { ...headers, 'content-length': String(length) } : headers;
}
