/**
 * `serve`: disks by name in, a listening server out.
 */
import { availableParallelism } from 'node:os';
import { type ExportDefinition, type ExportSource, exportTable } from '@nbd/driver';
import { BufferPool, type TlsMode } from '@nbd/session';
import { type Address, parseAddress } from './address.ts';
import { checkOptionNames } from './check-option-names.ts';
import { checkSource } from './check-source.ts';
import { DescriptorWatch } from './descriptor-watch.ts';
import { EagerLoop } from './eager-loop.ts';
import {
  memoryLimitsIn,
  OPTION_LIMITS,
  type OptionLimits,
  type ServerLimits,
  serverLimitsWith,
  sessionLimitsIn,
} from './limits.ts';
import { checkMillis, checkWhole } from './whole-number.ts';
import { type Log, SILENT, unfailing } from './log.ts';
import { Metering } from './metrics/metering.ts';
import { type Fellows, Server } from './server.ts';
import { RepeatedLines } from './repeated-lines.ts';
import { READ_BUFFER_BYTES } from './shared-reads.ts';
import { checkTlsOptions, type TlsOptions } from './tls/tls-options.ts';
import type { TlsTerminator } from './tls/tls-terminator.ts';
import { Turnstile, type TurnstileRules } from './turnstile.ts';

export interface ServeOptions {
  /**
   * NBD URIs to listen on: `nbd://127.0.0.1:10809`, `nbd://[::1]:0`, `nbd+unix:///?socket=/run/nbd.sock`;
   * with `nbds` in place of `nbd`, TLS is required there. Default `nbd://127.0.0.1:10809`: this machine only.
   */
  readonly listen?: string | readonly string[];
  /**
   * The disks by name. The first is the default export; a disk is opened at its first use, shared by
   * all connections, and closed with the server. Either this or `source` must be there.
   */
  readonly exports?: Readonly<Record<string, ExportDefinition>>;
  /** In place of `exports`: where disks come from. The server closes it at its end. */
  readonly source?: ExportSource;
  /** With `source`: the export to name in `uris`. */
  readonly exportName?: string;
  /** Absent: no address has TLS. */
  readonly tls?: TlsOptions;
  /** Connections at a time, default 100; more are closed at once (C-029). */
  readonly maxConnections?: number;
  /** From accept to the end of the handshake, milliseconds, default 10,000; 0 is for ever (C-028). */
  readonly handshakeTimeout?: number;
  /** What `close` gives requests in flight, milliseconds, default 60,000. */
  readonly shutdownTimeout?: number;
  /** What connections may ask for, one by one and together: see `LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** The mode of Unix sockets' files, default 0o660. */
  readonly socketMode?: number;
  /** Default: silent. */
  readonly log?: Log;
  /** Whether `Server.metrics` is to be had, for which requests are timed. Default: false. */
  readonly metrics?: boolean;
  /**
   * "shared": all connections read into one buffer, if this Node allows it; "own": each read allocates,
   * as is usual in Node. Default "shared".
   */
  readonly reads?: 'shared' | 'own';
  /**
   * True: after a small batch of requests the event loop polls for up to 50 microseconds before it
   * sleeps, which halves the latency of a client that waits for each answer. Default: true where there
   * is more than one processor.
   */
  readonly eager?: boolean;
}

const OPTIONS: { readonly [Name in keyof Required<ServeOptions>]: true } = {
  listen: true,
  exports: true,
  source: true,
  exportName: true,
  tls: true,
  maxConnections: true,
  handshakeTimeout: true,
  shutdownTimeout: true,
  limits: true,
  socketMode: true,
  log: true,
  metrics: true,
  reads: true,
  eager: true,
};

/**
 * Starts a server. It is ready when the promise resolves. It installs no signal handlers: call
 * `close` from yours.
 *
 * If an address cannot be listened on, the exports are closed; options that cannot be leave them as they are.
 *
 * @throws TypeError or RangeError for options that cannot be; Error, in one line, for certificates or
 * keys that cannot be used, and for an address that cannot be listened on
 */
export async function serve(options: ServeOptions): Promise<Server> {
  return serveShare(options, { threads: 1 });
}

/** What a server in one of several threads has in common with the others. */
export interface Share {
  /** How many there are. */
  readonly threads: number;
  /** Absent: one of its own. */
  readonly turnstileMemory?: ArrayBufferLike;
  /** Absent: of its own, too. */
  readonly descriptorWatchMemory?: ArrayBufferLike;
  /** For each address, the descriptor of a socket that listens there already. Absent: they are bound. */
  readonly descriptors?: readonly number[];
  readonly fellows?: Fellows;
}

/** As `serve`, for one of several threads. */
export async function serveShare(options: ServeOptions, share: Share): Promise<Server> {
  checkOptionNames(options, OPTIONS);
  const { listen = 'nbd://127.0.0.1:10809', log: given = SILENT } = options;
  const log = unfailing(given);
  const uris = typeof listen === 'string' ? [listen] : mustBeList(listen);
  if (uris.length === 0) throw new TypeError('expected an address to listen on, found none');
  const limits = serverLimitsWith(options.limits);
  const exports = sourceOf(options);
  const mode = options.tls === undefined ? 'off' : checkTlsOptions(options.tls);
  const addresses = uris.map((uri) => addressOf(uri, mode, options.tls));
  if (mode === 'off' && !addresses.some(({ tls }) => tls)) refuseHidden(options.exports, exports);
  const rules = turnstileRules(options);
  const { handshakeTimeout, shutdownTimeout } = optionLimits(options);
  const repeatedLines = new RepeatedLines(log);
  const server = new Server({
    addresses,
    tlsMode: mode === 'on' ? 'on' : 'off',
    ...(options.tls !== undefined && { tls: await openTls(options.tls, limits) }),
    exports,
    exportName: options.exportName ?? defaultName(options.exports ?? {}),
    rules,
    turnstile: new Turnstile(rules, share.turnstileMemory),
    descriptorWatch: new DescriptorWatch(repeatedLines, share.descriptorWatchMemory),
    handshakeTimeout: checkMillis('handshakeTimeout', handshakeTimeout),
    shutdownTimeout: checkMillis('shutdownTimeout', shutdownTimeout),
    idleTimeout: limits.idleTimeout,
    stallTimeout: limits.stallTimeout,
    stallBytesPerSecondMin: limits.stallBytesPerSecondMin,
    socketMode: checkWhole('socketMode', options.socketMode ?? 0o660, { maximum: 0o777 }),
    limits: sessionLimitsIn(limits),
    log,
    repeatedLines,
    metering: options.metrics === true ? new Metering() : undefined,
    pool: new BufferPool(memoryLimitsIn(limits, share.threads)),
    readBuffer: readBufferFor(options.reads ?? 'shared'),
    eagerLoop: (options.eager ?? availableParallelism() > 1) ? new EagerLoop() : undefined,
    ...(share.fellows !== undefined && { fellows: share.fellows }),
  });
  await server.listen(share.descriptors);
  return server;
}

/** The limits of connections that options ask for. */
export function turnstileRules(
  options: Pick<ServeOptions, 'maxConnections' | 'limits'>,
): TurnstileRules {
  const { maxConnections } = optionLimits(options);
  return {
    openMax: checkWhole('maxConnections', maxConnections, { minimum: 1 }),
    perAddressMax: serverLimitsWith(options.limits).connectionsPerAddressMax,
  };
}

/** The limits that have options for themselves, not yet checked. */
export function optionLimits(options: Partial<OptionLimits>): OptionLimits {
  const { maxConnections, handshakeTimeout, shutdownTimeout } = OPTION_LIMITS;
  return {
    maxConnections: options.maxConnections ?? maxConnections.default,
    handshakeTimeout: options.handshakeTimeout ?? handshakeTimeout.default,
    shutdownTimeout: options.shutdownTimeout ?? shutdownTimeout.default,
  };
}

/** Loaded where there is TLS only: Node's modules for it take 3 MiB. */
async function openTls(options: TlsOptions, limits: ServerLimits): Promise<TlsTerminator> {
  const { TlsTerminator } = await import('./tls/tls-terminator.ts');
  return TlsTerminator.open(options, limits.tlsHandshakeTimeout);
}

/** A port alone, say, is none. */
function mustBeList(listen: readonly string[]): readonly string[] {
  if (Array.isArray(listen)) return listen as readonly string[];
  throw new TypeError(
    `listen: expected an NBD URI or a list of them, found ${JSON.stringify(listen)}`,
  );
}

/** Where the mode requires TLS, the address says so. */
function addressOf(uri: string, mode: TlsMode, tls: TlsOptions | undefined): Address {
  const address = parseAddress(uri);
  if (address.tls === true && tls === undefined) {
    throw new TypeError(`${uri} requires TLS: expected the option tls, found none`);
  }
  return mode === 'require' ? { ...address, tls: true } : address;
}

/** An export that demands TLS of a server that has none could be reached by nobody. */
function refuseHidden(exports: ServeOptions['exports'], source: ExportSource): void {
  const hidden = Object.keys(exports ?? {}).find((name) => source.requiresTls?.(name));
  if (hidden === undefined) return;
  throw new TypeError(
    `export ${JSON.stringify(hidden)} requires TLS, and no address of this server has it`,
  );
}

function sourceOf({ exports, source }: ServeOptions): ExportSource {
  if (exports !== undefined && source !== undefined) {
    throw new TypeError('expected either exports or source, found both');
  }
  if (source !== undefined) return checkSource('source', source);
  if (exports !== undefined) return exportTable(exports);
  throw new TypeError('expected exports or source, found neither');
}

/** As the table has it: the export without a name, or else the first. */
function defaultName(exports: Readonly<Record<string, ExportDefinition>>): string | undefined {
  return Object.hasOwn(exports, '') ? '' : Object.keys(exports)[0];
}

function readBufferFor(reads: 'shared' | 'own'): Uint8Array | undefined {
  switch (reads) {
    case 'shared':
      return new Uint8Array(READ_BUFFER_BYTES);
    case 'own':
      return undefined;
    default:
      throw new TypeError(`reads must be "shared" or "own", not ${JSON.stringify(reads)}`);
  }
}
