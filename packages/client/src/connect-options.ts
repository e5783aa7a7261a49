/** What a caller may say of a connection; each option with its unit, its default and the reason. */
import type { TlsCredentials } from './tls-credentials.ts';

/**
 * `off`: in the clear. `prefer`: TLS if the server has it, else in the clear, which whoever sits between
 * can bring about. `require`: TLS or no connection. Nothing is ever upgraded or downgraded beyond that.
 */
export type TlsMode = 'off' | 'prefer' | 'require';

/** What it takes to reach a server and to talk with it. */
export interface ReachOptions {
  /** Default `require` for `nbds` URIs, and `off` for others. With an `nbds` URI only `require` is lawful. */
  readonly tls?: TlsMode | undefined;
  /** Whom to trust, and who we are. Default: the authorities that Node trusts, and nobody. */
  readonly credentials?: TlsCredentials | undefined;
  /**
   * True: the URI may name files to read (`tls-certificates`, `tls-psk-file`). Default false, which
   * refuses them: a URI from elsewhere must not choose files of this machine.
   */
  readonly uriMayNameFiles?: boolean | undefined;
  /** From the first packet to the end of the handshake, milliseconds. Default 10,000; 0 is for ever. */
  readonly connectTimeout?: number | undefined;
  /** Gives the connecting up. It is not looked at once connected. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The best framing to ask for. Default `extended`, which falls back to `structured` and to `simple`,
   * as the server can.
   */
  readonly framing?: 'simple' | 'structured' | 'extended' | undefined;
}

/** How to come back after a lost connection. */
export interface ReconnectPolicy {
  /** How often to try for one outage, at least 1. After the last the client has ended. */
  readonly attempts: number;
  /** Before the first try, milliseconds; it doubles with each. Default 100. */
  readonly delay?: number | undefined;
  /** The longest wait before a try, milliseconds. Default 10,000. */
  readonly delayMax?: number | undefined;
  /**
   * Which requests that were under way are sent again.
   * `reads`: READ, CACHE and BLOCK_STATUS, which change nothing; changes and flushes reject with
   * `ECONNRESET`, and whether they happened is open. The default.
   * `changes`: WRITE, TRIM and WRITE_ZEROES, too, since each leaves the same bytes when done twice;
   * but not where an overlapping change that was asked for later has been answered, which it would
   * undo. Only for servers that drop what a lost connection has asked for: one that still carries it
   * out may do so after later changes.
   * A flush and a resize are never sent again.
   */
  readonly retry?: 'reads' | 'changes' | undefined;
  /** Told before each wait, for logs. */
  readonly onRetry?: ((attempt: ReconnectAttempt) => void) | undefined;
}

export interface ReconnectAttempt {
  /** Counts from 1 for each outage. */
  readonly attempt: number;
  /** The wait that begins now, milliseconds. */
  readonly delay: number;
  /** What went wrong the last time. */
  readonly error: Error;
}

export interface ConnectOptions extends ReachOptions {
  /**
   * The export, in place of the one that the URI names. The empty name is the default export of the server.
   */
  readonly exportName?: string | undefined;
  /** Meta contexts to select, such as `base:allocation` (the default), `qemu:dirty-bitmap:NAME`. What the server does not have is left out. */
  readonly contexts?: readonly string[] | undefined;
  /**
   * Connections that share the requests, at least 1. Default 1. More are opened only where the server
   * says CAN_MULTI_CONN, or the export cannot be written.
   */
  readonly connections?: number | undefined;
  /** Requests in flight on each connection, at least 1. Default 64. */
  readonly requestsMax?: number | undefined;
  /** Bytes of reads and writes in flight, of all connections. Default 64 MiB; a lone larger one passes. */
  readonly bytesMax?: number | undefined;
  /** Default: none, a lost connection ends the client. */
  readonly reconnect?: ReconnectPolicy | undefined;
}

/** The names of options, for those who check them. */
type Names<Options> = { readonly [Name in keyof Required<Options>]: true };

export const REACH_OPTIONS: Names<ReachOptions> = {
  tls: true,
  credentials: true,
  uriMayNameFiles: true,
  connectTimeout: true,
  signal: true,
  framing: true,
};

export const RECONNECT_OPTIONS: Names<ReconnectPolicy> = {
  attempts: true,
  delay: true,
  delayMax: true,
  retry: true,
  onRetry: true,
};

export const CONNECT_OPTIONS: Names<ConnectOptions> = {
  ...REACH_OPTIONS,
  exportName: true,
  contexts: true,
  connections: true,
  requestsMax: true,
  bytesMax: true,
  reconnect: true,
};
