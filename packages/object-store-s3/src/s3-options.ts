/** What a store is told when it is made. */
import type { Credentials } from './credential-source.ts';
import type { StoreClock } from './store-clock.ts';

/** What can be asked of a bucket. */
export type S3RequestKind = 'delete' | 'delete-many' | 'get' | 'list' | 'put';

/** One request as it was sent, of which a call may need several. */
export interface S3Attempt {
  readonly kind: S3RequestKind;
  /** Counted from 1 in each call. */
  readonly attempt: number;
  /** Of HTTP; undefined without an answer. */
  readonly status: number | undefined;
  /** Why the call will ask again, or undefined if this was the last time. */
  readonly retry: string | undefined;
  /** Bytes of bodies. */
  readonly sent: number;
  readonly received: number;
  /** From the first byte sent to the last one received. */
  readonly millis: number;
}

export interface S3StoreOptions {
  readonly bucket: string;
  /** Keys of the store lie below it; a slash is put behind it. Absent: the bucket is the store. */
  readonly prefix?: string;
  /** Such as "eu-central-1". Stores of one's own mostly take any. */
  readonly region: string;
  /**
   * URLs `http[s]://HOST[:PORT]` of the same store, at least one. The first is used until it fails, then the next,
   * and so on around. Absent: that of Amazon in `region`.
   */
  readonly endpoints?: readonly string[];
  /**
   * Where the bucket's name goes: `https://HOST/BUCKET/KEY` or `https://BUCKET.HOST/KEY`. Absent: "virtual-host" at
   * Amazon for names that can be part of a host's, else "path".
   */
  readonly addressing?: 'path' | 'virtual-host';
  /** Absent: the standard chain of environment, shared files, and roles of containers and instances. */
  readonly credentials?: Credentials | (() => Promise<Credentials>);
  /**
   * Whether what is written is part of the signature, which costs a SHA-256 of it. Absent: "signed" over http,
   * "unsigned" over https, which protects it already.
   */
  readonly payload?: 'signed' | 'unsigned';
  /** Connections to an endpoint at a time. 32 unless told otherwise. */
  readonly connections?: number;
  /** How many of them may carry a `put`, so that reads find one free. 24, or three quarters of `connections`. */
  readonly uploads?: number;
  /** How long one request may take, in milliseconds: 10,000. `deleteMany` has 40 more for each key. */
  readonly requestTimeout?: number;
  /** How long a call may take with all its retries, in milliseconds: 60,000, and for `deleteMany` likewise more. */
  readonly callTimeout?: number;
  /** Told of each request, when it is over. Must not throw. */
  readonly onAttempt?: (attempt: S3Attempt) => void;
  /** For tests: the clock of deadlines and delays. */
  readonly clock?: StoreClock;
  /** For tests: numbers from 0 up to 1, for the jitter of delays. */
  readonly random?: () => number;
}

/** Connections to an endpoint: what saturates a gateway and its link, and far below any limit of theirs. */
const CONNECTIONS = 32;
const CONNECTIONS_MAX = 1024;

/** Longer than a cluster needs to give up on one of its own disks, which takes about seven seconds. */
const REQUEST_MILLIS = 10_000;

/** A flush may take four of these in a row: clients of NBD are advised to wait for five minutes. */
const CALL_MILLIS = 60_000;

/** What all calls go by. */
export interface CallLimits {
  readonly connections: number;
  readonly uploads: number;
  readonly requestTimeout: number;
  readonly callTimeout: number;
}

/** @throws RangeError for limits that cannot be */
export function callLimits(options: S3StoreOptions): CallLimits {
  const connections = whole('connections', options.connections ?? CONNECTIONS, CONNECTIONS_MAX);
  const uploads = options.uploads ?? Math.ceil((connections * 3) / 4);
  const requestTimeout = options.requestTimeout ?? REQUEST_MILLIS;
  const callTimeout = options.callTimeout ?? CALL_MILLIS;
  return {
    connections,
    uploads: whole('uploads', uploads, connections),
    requestTimeout: whole('requestTimeout', requestTimeout, TIMER_MAX),
    callTimeout: whole('callTimeout', callTimeout, TIMER_MAX),
  };
}

/** What a timer of Node can wait, in milliseconds. */
const TIMER_MAX = 2 ** 31 - 1;

function whole(name: string, value: number, maximum: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new RangeError(`${name} must be a whole number of 1 to ${maximum}, not ${value}`);
}
