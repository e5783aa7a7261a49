/**
 * The NBD protocol without I/O, and a session that is served by drivers.
 *
 * `ServerSession` is the server's state machine: bytes in, events out. `serveChannel` runs one against
 * the disks of an `ExportSource`, over anything that is a `Channel`. `ClientSession` is the client's state machine.
 *
 * @packageDocumentation
 */
export {
  DEFAULT_LIMITS,
  DEFAULT_MEMORY_LIMITS,
  LIMIT_BOUNDS,
  limitsWith,
  type MemoryLimits,
  type SessionLimits,
} from './limits.ts';
export { BufferPool, type Slab } from './memory/buffer-pool.ts';
export { Intake, type Taker } from './memory/intake.ts';
export { UsageError } from './usage-error.ts';
export type { MetaContext, ReplyMode, Terms } from './agreement/terms.ts';

export {
  type ContextsAsked,
  type EndReason,
  type Ended,
  type ExportAsked,
  type ListAsked,
  type Question,
  type SecureAsked,
  type ServerEvent,
} from './server/event.ts';
export type { TlsMode } from './server/handshake/handshake-policy.ts';
export type { AvailableContext } from './server/handshake/meta-context-options.ts';
export type { Segment } from './server/outbox.ts';
export { ServerSession, type ServerSessionOptions } from './server/server-session.ts';
export type { Chunks } from './server/transmission/chunks.ts';
export type { DataPiece } from './server/transmission/data-piece.ts';
export type { ExportFacts } from './server/transmission/export-facts.ts';
export type { InFlight } from './server/transmission/in-flight.ts';
export type { StatusChunk } from './server/transmission/status-chunk.ts';

export {
  type ClientEnded,
  type ClientEndReason,
  type ClientEvent,
  type ContextsListed,
  type ContextsSet,
  type Entered,
  type Greeted,
  type InfoTold,
  type Listed,
  type OptionAnswer,
  type OptionRefused,
  type ReplyModeAgreed,
  type SecureGranted,
} from './client/client-event.ts';
export {
  type ClientLimits,
  clientLimitsWith,
  DEFAULT_CLIENT_LIMITS,
} from './client/client-limits.ts';
export type { ClientSegment } from './client/client-outbox.ts';
export { ClientSession, type ClientSessionOptions } from './client/client-session.ts';
export type { BlockSize, EnteredExport, ExportOffer } from './client/export-offer.ts';
export type { ClientFailure } from './client/transmission/client-failure.ts';
export type {
  Answered,
  ClientRequest,
  ContextStatus,
  StatusExtent,
} from './client/transmission/client-request.ts';

export { advertise, transmissionFlags } from './serve/advertise.ts';
export type { Channel, ChannelReceiver } from './serve/channel.ts';
export { memoryChannelPair } from './serve/memory-channel.ts';
export { type ErrorsTold, type Observer, type RequestFailure, Tally } from './serve/observer.ts';
export { serveChannel } from './serve/serve-channel.ts';
export type { ServeChannelOptions, ServedSession } from './serve/served-session.ts';
export type { Stopwatch } from './serve/stopwatch.ts';
