/** What a bridge can be told. */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Admission, Visitor } from './admission.ts';
import type { HttpAddress } from './http-end.ts';

export interface BridgeOptions {
  /**
   * Who is let in, and where its disk is offered. Compare tokens by `sameToken`. What it throws turns the
   * visitor away with `INTERNAL_ERROR`, and is told by the event "failed".
   */
  readonly admit: (visitor: Visitor) => Admission | Promise<Admission>;
  /** A server of the host's, which it keeps, or where to listen. Default: any port of 127.0.0.1. */
  readonly http?: HttpServer | HttpsServer | HttpAddress;
  /** Where pages dial. Default "/nbd". Other paths of a host's server are left alone. */
  readonly path?: string;
  /**
   * Origins that may dial, such as "https://console.example"; "any" leaves it to the token. Default: the one of the
   * host that is dialled.
   */
  readonly origins?: readonly string[] | 'any';
  /** Pages that are let in at a time, default 64. Three times as many more may be on their way in or out. */
  readonly tabsMax?: number;
  /** Of one message of a page, bytes, default 1 MiB; those of `@nbd/websocket` have 64 KiB. More closes with `TOO_BIG`. */
  readonly messageBytesMax?: number;
  /** The mode of Unix sockets' files, default 0o660. */
  readonly socketMode?: number;
  /** Milliseconds between two pings. A page that is silent for as long after one is gone. Default 30,000. */
  readonly pingInterval?: number;
  /** For how long an end may take less than 240 bytes a second of what the other says, milliseconds. Default 60,000. */
  readonly stallTimeout?: number;
  /**
   * When a client has left: how long its address is kept for the page to dial again. Also how long a client
   * waits for a WebSocket before it is closed. Milliseconds, default 2000.
   */
  readonly returnTimeout?: number;
}

export type BridgeSettings = Required<Omit<BridgeOptions, 'origins'>> & {
  readonly origins: readonly string[] | 'any' | undefined;
};

/** The longest that a timer of Node's can wait. */
const MILLIS_MAX = 2 ** 31 - 1;

/**
 * Fills in what is left out.
 *
 * @throws RangeError for a number that cannot be
 */
export function settle(options: BridgeOptions): BridgeSettings {
  const settings = {
    http: {},
    path: '/nbd',
    tabsMax: 64,
    messageBytesMax: 2 ** 20,
    socketMode: 0o660,
    pingInterval: 30_000,
    stallTimeout: 60_000,
    returnTimeout: 2000,
    ...options,
    origins: options.origins,
  };
  const bounds = {
    tabsMax: 2 ** 16,
    messageBytesMax: 2 ** 30,
    socketMode: 0o777,
    pingInterval: MILLIS_MAX,
    stallTimeout: MILLIS_MAX,
    returnTimeout: MILLIS_MAX,
  } as const;
  for (const name of Object.keys(bounds) as (keyof typeof bounds)[]) {
    const found = settings[name];
    if (Number.isSafeInteger(found) && found >= 1 && found <= bounds[name]) continue;
    throw new RangeError(
      `${name}: expected a whole number of 1 to ${bounds[name]}, found ${found}`,
    );
  }
  return settings;
}
