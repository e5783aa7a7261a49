/**
 * The NBD protocol without I/O, and a session that is served by drivers.
 *
 * `ServerSession` is the server's state machine: bytes in, events out. `serveChannel` runs one against
 * the disks of an `ExportSource`, over anything that is a `Channel`.
 *
 * @packageDocumentation
 */
export { DEFAULT_LIMITS, limitsWith, type SessionLimits } from './limits.ts';
export { BufferPool, type BufferPoolOptions, type Slab } from './memory/buffer-pool.ts';
export { UsageError } from './usage-error.ts';

export {
  type EndReason,
  type Ended,
  type ExportAsked,
  type ListAsked,
  type Question,
  type ServerEvent,
} from './server/event.ts';
export type { Segment } from './server/outbox.ts';
export { ServerSession, type ServerSessionOptions } from './server/server-session.ts';
export type { ExportFacts } from './server/transmission/export-facts.ts';
export type { InFlight } from './server/transmission/in-flight.ts';

export { advertise, transmissionFlags } from './serve/advertise.ts';
export type { Channel, ChannelReceiver } from './serve/channel.ts';
export { memoryChannelPair } from './serve/memory-channel.ts';
export { type Observer, type RequestFailure, Tally } from './serve/observer.ts';
export {
  type ServeChannelOptions,
  type ServedSession,
  serveChannel,
} from './serve/serve-channel.ts';
