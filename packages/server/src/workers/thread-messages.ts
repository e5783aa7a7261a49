/**
 * What the main thread and those that serve say to each other.
 */
import type { Address } from '../address.ts';
import type { LogLevel } from '../log.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { ServeOptions } from '../serve.ts';
import type { ConnectionInfo, ServerEvents } from '../server.ts';
import type { ServerCounters } from '../server-counters.ts';
import type { TlsOptions } from '../tls/tls-options.ts';
import type { PlainError } from './plain-error.ts';

/** What all threads of a server are given alike. */
export interface SharedSetup {
  readonly threads: number;
  /** The URL of the module that opens the exports. */
  readonly module: string;
  readonly data: unknown;
  readonly options: Omit<ServeOptions, 'exports' | 'source' | 'log'>;
  /** Lines of other levels nobody keeps. */
  readonly levels: readonly LogLevel[];
  readonly turnstile: SharedArrayBuffer;
  readonly descriptorWatch: SharedArrayBuffer;
  readonly rendezvous: SharedArrayBuffer;
}

export interface ThreadSetup extends SharedSetup {
  /** From 0. */
  readonly index: number;
}

/** Commands by name: what goes with them, and how they are answered. */
export interface Commands {
  /** Open the exports and accept clients. With `descriptors`, from sockets that listen already. */
  readonly start: {
    readonly command: { readonly descriptors?: readonly number[] };
    readonly answer: Started;
  };
  readonly counters: { readonly command: object; readonly answer: ServerCounters };
  readonly metrics: { readonly command: object; readonly answer: ServerMetrics };
  /** Open other exports in place of those that there are. */
  readonly reloadExports: {
    readonly command: { readonly data: unknown };
    readonly answer: undefined;
  };
  readonly reloadTls: {
    readonly command: { readonly options: TlsOptions | undefined };
    readonly answer: undefined;
  };
  /** Accept no more, and end all connections. */
  readonly drain: { readonly command: { readonly timeout: number }; readonly answer: undefined };
  /** Give up what was asked by that id, unless it is answered already. */
  readonly abandon: { readonly command: { readonly id: number }; readonly answer: undefined };
  /** Close the exports. After `drain`. */
  readonly release: { readonly command: object; readonly answer: Released };
}

export interface Started {
  readonly addresses: readonly Address[];
  /** Of the sockets that listen there. Undefined: they cannot be shared. */
  readonly descriptors: readonly number[] | undefined;
}

export interface Released {
  readonly cut: number;
  readonly counters: ServerCounters;
  /** Why the exports did not close. */
  readonly failure: PlainError | undefined;
}

export type CommandName = keyof Commands;

/** To a thread. Each is answered once. */
export type Question = {
  [Name in CommandName]: {
    readonly id: number;
    readonly name: Name;
    readonly command: Commands[Name]['command'];
  };
}[CommandName];

/** A client has come, or gone, and what was known of it then. */
export interface ClientReport {
  readonly kind: 'client';
  readonly event: keyof ServerEvents;
  readonly client: ConnectionInfo;
}

/** From a thread. */
export type Report =
  | ClientReport
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: PlainError }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: object;
      /** Fields that are errors. */
      readonly errors: Readonly<Record<string, PlainError>>;
    };
