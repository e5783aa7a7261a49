/**
 * An NBD server for TCP and Unix sockets: it owns sockets, limits and life cycle, and knows no protocol.
 *
 * @packageDocumentation
 */
export type { Address } from './address.ts';
export { formatUri, parseAddress } from './address.ts';
export type { Log, LogLevel } from './log.ts';
export { RepeatedLines } from './repeated-lines.ts';
export { type Limit, LIMITS, OPTION_LIMITS, type ServerLimits } from './limits.ts';
export { type ServeOptions, serve } from './serve.ts';
export { whyNoPort } from './why-no-port.ts';
export { listenOnSocketFile, type SocketFileOptions } from './unix-socket-file.ts';
export { LATENCY_BOUNDS, type Latencies } from './metrics/latency-histogram.ts';
export type {
  ClientMetrics,
  CommandMetrics,
  ConnectionMetrics,
  ExportMetrics,
  ServerMetrics,
  ThreadMetrics,
} from './metrics/server-metrics.ts';
export type {
  CloseReport,
  ConnectionInfo,
  Server,
  ServerEvents,
} from './server.ts';
export type { ServerCounters } from './server-counters.ts';
export type { TlsCertificates, TlsOptions } from './tls/tls-options.ts';
export type { SessionLimits, TlsMode } from '@nbd/session';

// Over several threads
export { defaultWorkers } from './workers/default-workers.ts';
export type { OpenExports, ReloadableSource, WorkerContext } from './workers/open-exports.ts';
export { type ServeInWorkersOptions, serveInWorkers } from './workers/serve-in-workers.ts';
export type {
  WorkerCloseReport,
  WorkerServer,
  WorkerServerEvents,
} from './workers/worker-server.ts';
