/**
 * An NBD server for TCP and Unix sockets: it owns sockets, limits and life cycle, and knows no protocol.
 *
 * @packageDocumentation
 */
export type { Address } from './address.ts';
export { formatUri, parseAddress } from './address.ts';
export type { Log } from './log.ts';
export { type ServeOptions, serve } from './serve.ts';
export type {
  CloseReport,
  ConnectionInfo,
  Server,
  ServerCounters,
  ServerEvents,
} from './server.ts';
export type { TlsCertificates, TlsOptions } from './tls-options.ts';
export type { SessionLimits, TlsMode } from '@nbd/session';
