/**
 * Every limit of a server: what it counts, how much is allowed, why so much, and what happens beyond. SECURITY.md,
 * the help of the demo server and the checks are made of these tables.
 */
import {
  DEFAULT_LIMITS,
  DEFAULT_MEMORY_LIMITS,
  LIMIT_BOUNDS,
  type MemoryLimits,
  type SessionLimits,
} from '@nbd/session';
import { checkWhole, TIMER_MILLIS_MAX } from './whole-number.ts';

/** The limits that `serve` takes as `limits`; those whose names begin with `all`, and `lent` and `idle` bytes, are for all connections. */
export interface ServerLimits extends SessionLimits, MemoryLimits {
  /** Connections at a time from one address: an IPv4 address, or 64 bits of an IPv6 one. 0, the default: as many as there may be in all. */
  readonly connectionsPerAddressMax: number;
  /** From the answer to STARTTLS to the end of the TLS handshake, milliseconds, default 10,000; 0 is for ever. */
  readonly tlsHandshakeTimeout: number;
  /** Without a request, milliseconds: then the connection is closed in good order. 0, the default, is for ever. */
  readonly idleTimeout: number;
  /** With replies that wait for it, or in the middle of a request, and slower than `stallBytesPerSecondMin`, milliseconds, default 600,000; 0 is for ever. */
  readonly stallTimeout: number;
  /** What a client takes or sends on in a second for whom the server waits, over `stallTimeout`, bytes, default 240; 0: any byte will do. */
  readonly stallBytesPerSecondMin: number;
}

export interface Limit {
  readonly unit:
    | 'bytes'
    | 'bytes a second'
    | 'connections'
    | 'extents'
    | 'milliseconds'
    | 'options'
    | 'requests';
  /** Whether it is for each connection, for all from one address, or for all of a server. */
  readonly of: 'connection' | 'address' | 'server';
  readonly default: number;
  /** By default 1. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** What happens to whoever wants more, in a few words. */
  readonly beyond: string;
  /** Why the default is what it is. */
  readonly reason: string;
}

const session = <Name extends keyof SessionLimits>(name: Name) =>
  ({ of: 'connection', default: DEFAULT_LIMITS[name], ...LIMIT_BOUNDS[name] }) as const;

const memory = <Name extends keyof MemoryLimits>(name: Name) =>
  ({ of: 'server', default: DEFAULT_MEMORY_LIMITS[name] }) as const;

const timeout = (millis: number) =>
  ({
    of: 'connection',
    unit: 'milliseconds',
    default: millis,
    minimum: 0,
    maximum: TIMER_MILLIS_MAX,
  }) as const;

/** Those with an option of `serve` for themselves. */
export const OPTION_LIMITS: Readonly<
  Record<'maxConnections' | 'handshakeTimeout' | 'shutdownTimeout', Limit>
> = {
  maxConnections: {
    of: 'server',
    unit: 'connections',
    default: 100,
    beyond: 'closed before the first byte',
    reason: 'a few for each of some dozens of clients; each may hold a request of 32 MiB',
  },
  handshakeTimeout: {
    ...timeout(10_000),
    beyond: 'the connection is dropped',
    reason:
      'some round trips over a bad line; who has not chosen by then holds a place for nothing',
  },
  shutdownTimeout: {
    ...timeout(60_000),
    beyond: 'the connection is cut when the server ends',
    reason: 'a disk that takes longer is taken for dead',
  },
};

/** The values of those. */
export type OptionLimits = Readonly<Record<keyof typeof OPTION_LIMITS, number>>;

/** Those that `serve` takes as `limits`. */
export const LIMITS: { readonly [Name in keyof ServerLimits]: Limit } = {
  connectionsPerAddressMax: {
    of: 'address',
    unit: 'connections',
    default: 0,
    minimum: 0,
    beyond: 'closed before the first byte',
    reason: 'off, at 0: clients of one machine, or behind one gateway, have one address',
  },
  tlsHandshakeTimeout: {
    ...timeout(10_000),
    beyond: 'the connection is dropped',
    reason: 'as long as the handshake that it is a part of, and still there when that has no limit',
  },
  idleTimeout: {
    ...timeout(0),
    beyond: 'the connection is closed in good order',
    reason:
      'off, at 0: a disk that is mounted may be idle for weeks, and few clients connect again',
  },
  stallTimeout: {
    ...timeout(600_000),
    beyond: 'the connection is dropped',
    reason:
      'about as long as TCP waits for a machine that is gone; a client in a debugger comes back sooner',
  },
  stallBytesPerSecondMin: {
    of: 'connection',
    unit: 'bytes a second',
    default: 240,
    minimum: 0,
    beyond: 'less than that over `stallTimeout` is a stall',
    reason: 'a modem of 2400 bits a second, slower than any line that disks are used over',
  },
  optionsMax: {
    ...session('optionsMax'),
    unit: 'options',
    beyond: 'the connection ends; 8 more for each export that it was told of',
    reason: 'a client needs fewer than ten, one that lists exports three or four for each',
  },
  optionBytesMax: {
    ...session('optionBytesMax'),
    unit: 'bytes',
    beyond: 'the data of the option is dropped, and it is refused',
    reason: 'room for hundreds of meta contexts',
  },
  optionDrainBytesMax: {
    ...session('optionDrainBytesMax'),
    unit: 'bytes',
    beyond: 'the connection ends',
    reason: 'QEMU drains as much',
  },
  nameBytesMax: {
    ...session('nameBytesMax'),
    unit: 'bytes',
    beyond: 'the option is refused',
    reason: 'the longest string of the protocol, which is the most that it can be set to',
  },
  payloadBytesMax: {
    ...session('payloadBytesMax'),
    unit: 'bytes',
    beyond: 'READ and WRITE are refused; the limit is advertised',
    reason: 'the most that clients may count on who do not ask',
  },
  payloadDrainBytesMax: {
    ...session('payloadDrainBytesMax'),
    unit: 'bytes',
    beyond: 'a refused WRITE with more ends the connection',
    reason: 'twice the largest payload: clients that are a little wrong are told so',
  },
  inFlightMax: {
    ...session('inFlightMax'),
    unit: 'requests',
    beyond: 'no further request is read',
    reason: 'QEMU has 16, nbdcopy 64, Linux 128',
  },
  inFlightBytesMax: {
    ...session('inFlightBytesMax'),
    unit: 'bytes',
    beyond: 'no further request is read; one that is alone passes',
    reason: 'one of the largest, or all 128 with 256 KiB each',
  },
  unsentBytesMax: {
    ...session('unsentBytesMax'),
    unit: 'bytes',
    beyond: 'no further request is served until the client takes its replies',
    reason: 'two turns of sending, so that the network need not wait for the next one',
  },
  extentsMax: {
    ...session('extentsMax'),
    unit: 'extents',
    beyond: 'a reply to BLOCK_STATUS ends, and the client asks on from there',
    reason: '1 MiB of a reply for each meta context; the protocol allows 1,048,576',
  },
  allInFlightMax: {
    ...memory('allInFlightMax'),
    unit: 'requests',
    beyond: 'each connection is held to 16 requests',
    reason: 'all of 32 connections: a queue that a disk works off before others lose patience',
  },
  lentBytesMax: {
    ...memory('lentBytesMax'),
    unit: 'bytes',
    beyond: 'each connection is held to one request or 1 MiB',
    reason: 'as much as two connections may have under way',
  },
  allUnsentBytesMax: {
    ...memory('allUnsentBytesMax'),
    unit: 'bytes',
    beyond: 'each connection is held to 64 KiB of replies; near it to a quarter of what is free',
    reason: '64 clients that take nothing have 120 KiB each',
  },
  idleBytesMax: {
    ...memory('idleBytesMax'),
    unit: 'bytes',
    beyond: 'memory is given back',
    reason: 'what a busy server lends again at once',
  },
};

/**
 * The defaults with `overrides` in their place.
 *
 * @throws RangeError that names a limit out of its bounds, TypeError that names one that there is not
 */
export function serverLimitsWith(overrides: Partial<ServerLimits> = {}): ServerLimits {
  for (const name of Object.keys(overrides)) {
    if (Object.hasOwn(LIMITS, name)) continue;
    const known = Object.keys(LIMITS).join(', ');
    throw new TypeError(`limits: there is no ${JSON.stringify(name)}, expected one of ${known}`);
  }
  const limits = Object.entries(LIMITS).map(([name, limit]: [string, Limit]) => {
    const { minimum = 1, maximum = Number.MAX_SAFE_INTEGER } = limit;
    const { [name as keyof ServerLimits]: value = limit.default } = overrides;
    return [name, checkWhole(name, value, { minimum, maximum })] as const;
  });
  return Object.fromEntries(limits) as unknown as ServerLimits;
}

/** Those of one session. */
export function sessionLimitsIn(limits: ServerLimits): SessionLimits {
  return pick(limits, DEFAULT_LIMITS);
}

/** Those of the sessions of one thread, of `threads` that have the limits together. */
export function memoryLimitsIn(limits: ServerLimits, threads: number): MemoryLimits {
  const shares = Object.entries(pick(limits, DEFAULT_MEMORY_LIMITS)).map(
    ([name, all]: [string, number]) => [name, Math.ceil(all / threads)] as const,
  );
  return Object.fromEntries(shares) as unknown as MemoryLimits;
}

function pick<Part extends object>(all: Part, like: Part): Part {
  const names = Object.keys(like) as (keyof Part)[];
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Part;
}
