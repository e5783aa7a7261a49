/** What it takes to serve a session, and what the host of one can see and do. */
import type { ExportContext, ExportSource } from '@nbd/driver';
import type { SessionLimits } from '../limits.ts';
import type { BufferPool } from '../memory/buffer-pool.ts';
import type { TlsMode } from '../server/handshake/handshake-policy.ts';
import type { ReplyMode } from '../agreement/terms.ts';
import type { Observer, Tally } from './observer.ts';

export interface ServeChannelOptions {
  readonly exports: ExportSource;
  /** Who is at the other end, for the export source. */
  readonly context: ExportContext;
  readonly limits?: Partial<SessionLimits>;
  /** Whether the client may, or must, ask for TLS, which the channel then needs to have. Default: off. */
  readonly tls?: TlsMode;
  /** The best form of replies that the client may have. Default: extended. */
  readonly replyModeMax?: ReplyMode;
  /** Memory to be shared with other sessions. Absent: its own. */
  readonly pool?: BufferPool;
  readonly observer?: Observer;
  readonly tally?: Tally;
}

/** A session that is being served. */
export interface ServedSession {
  readonly phase: 'handshake' | 'transmission' | 'ended';
  /** How many requests are under way. */
  readonly inFlight: number;
  /** Where a request is that is not done: with the host's disk, or with the peer, which has sent a part of it. Undefined: there is none. */
  readonly waitsFor: 'host' | 'peer' | undefined;
  /** Resolves when all is over: the channel closed, nothing in flight, the export closed. Never rejects. */
  readonly done: Promise<void>;
  /** From now on newcomers are told that the server shuts down; what is in flight is answered. */
  shutDown(): void;
  /** Leaves as soon as nothing is in flight. */
  leave(): void;
}
