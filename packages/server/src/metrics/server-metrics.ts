/**
 * What a server tells an operator of itself, as plain data that can be cloned. Counts are since the start.
 */
import type { Latencies } from './latency-histogram.ts';

export interface ServerMetrics {
  readonly connections: ConnectionMetrics;
  /** Of each export that was ever entered, by its name. */
  readonly exports: Readonly<Record<string, ExportMetrics>>;
  /** Handshakes of TLS that were done, and that failed. */
  readonly tls: { readonly handshakes: number; readonly failures: number };
  /** Of each thread that serves. */
  readonly threads: readonly ThreadMetrics[];
  /** Who is connected, the oldest first. */
  readonly clients: readonly ClientMetrics[];
}

export interface ConnectionMetrics {
  readonly open: number;
  readonly total: number;
  /** Turned away, by reason: "limit", "limit-of-address" or "closing". */
  readonly refused: Readonly<Record<string, number>>;
  /** Over, by the `EndReason` of their session. */
  readonly ended: Readonly<Record<string, number>>;
}

export interface ExportMetrics {
  /** Of each command that was asked for, by its name, such as "READ". */
  readonly commands: Readonly<Record<string, CommandMetrics>>;
  /** Error replies by their number, of disks and for requests that no disk was given. */
  readonly errors: Readonly<Record<number, number>>;
  /** For how long clients had to take their replies before they were served on, in all. */
  readonly stalledSeconds: number;
}

export interface CommandMetrics {
  /** Requests that a disk was given, and that were answered. */
  readonly requests: number;
  /** What was read or changed. */
  readonly bytes: number;
  /** For how long disks had the requests, in all. */
  readonly diskSeconds: number;
  /** From a request's arrival at the session until the transport had the reply. */
  readonly latency: Latencies;
}

export interface ThreadMetrics {
  /** Memory for payloads and replies, bytes: in use, and kept for later. */
  readonly lentBytes: number;
  readonly idleBytes: number;
  /** For how long the event loop was at work. */
  readonly busySeconds: number;
  /** By how much timers were late. */
  readonly lag: Latencies;
}

export interface ClientMetrics {
  readonly id: number;
  readonly peer: string;
  /** Absent: it has not entered any. */
  readonly exportName?: string;
  /** Whom TLS has shown it to be. Absent: nobody was asked for. */
  readonly identity?: string;
  readonly isUnderTls: boolean;
  /** When it connected, milliseconds since 1970. */
  readonly since: number;
  /** Requests under way. */
  readonly inFlight: number;
  /** Bytes of replies that it has not taken. */
  readonly queuedBytes: number;
  /** Whether it has to take replies before it is served on. */
  readonly isBehind: boolean;
  readonly requests: number;
  readonly failures: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}
