/**
 * An NBD client for TCP and Unix sockets: it owns sockets, TLS, several connections and reconnection,
 * and knows no protocol.
 *
 * @packageDocumentation
 */
export { connect } from './connect.ts';
export { type DescribedExport, type InfoOptions, info, list, listWithInfo } from './list.ts';

export type {
  ChangeOptions,
  Client,
  Extent,
  ExtentsOptions,
  RequestOptions,
  ZeroOptions,
} from './client.ts';
export type {
  ConnectOptions,
  ReachOptions,
  ReconnectAttempt,
  ReconnectPolicy,
  TlsMode,
} from './connect-options.ts';
export type {
  BlockSize,
  Capabilities,
  ExportInfo,
  ExportListing,
  Framing,
  TlsFacts,
} from './export-info.ts';
export { NbdError, type NbdErrorOptions } from './nbd-error.ts';
export { type Address, formatNbdUri, type NbdUri, parseNbdUri, type TlsType } from './nbd-uri.ts';
export type { Target } from './reach.ts';
export type { Pem, PreSharedKey, TlsCredentials } from './tls-credentials.ts';
