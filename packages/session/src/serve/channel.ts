/**
 * A channel: an ordered pipe of bytes with backpressure, the only thing that a served session needs
 * from the world. Sockets, WebSockets, message ports and a pair in memory can be one.
 */
import type { TlsPeer } from '@nbd/driver';
import type { Taker } from '../memory/intake.ts';

/** An ordered pipe of bytes with backpressure. */
export interface Channel {
  /** Begins: from now on `receiver` is told what happens. Called once. */
  start(receiver: ChannelReceiver): void;

  /**
   * Queues segments, to be sent one after the other. Answers true when the channel is done with their
   * memory already; false: they are lent to it until it calls `sent`.
   */
  send(segments: readonly Uint8Array[]): boolean;

  /**
   * Right after a `send` that answered false: how many of its bytes, from the last one backwards, the channel
   * still needs; the segments before those are not lent to it. Absent: all of them.
   */
  readonly keptBytes?: number;

  /**
   * From how many bytes on it costs less to send them as a segment of their own than to copy them into another. Absent: never.
   * Such segments may be memory of a disk, which changes as the disk does until they are sent, and is only read.
   */
  readonly lendsFrom?: number;

  /** Bytes that were sent and that the transport has not taken yet; infinite once it will take no more. */
  readonly queuedBytes: number;

  /** Stop telling of received bytes; a chunk that is on its way may still come. */
  pause(): void;
  resume(): void;

  /**
   * Puts TLS on the channel, as its server: sends what is queued in the clear, and gives all that the
   * peer says from here on to TLS. Answers once the handshake is done; rejects when it fails, and the
   * channel then closes. Called once at the most, by a session that has asked for no bytes since the
   * last; bytes that were received in the clear all the same must not be told. Absent: there is no TLS to be had.
   */
  secure?(): Promise<TlsPeer>;

  /** Nothing more will be sent: lets the peer have what is queued, then closes. What it still says is dropped. */
  end(): void;

  /** Closes at once, whatever is queued. */
  drop(): void;

  /** Runs `task` soon, when the transport has delivered what it has at hand. */
  defer(task: () => void): void;
}

/** What a channel tells its user; never from inside of a call of one of the channel's own methods. */
export interface ChannelReceiver extends Taker {
  /** The oldest `send` that answered false is done with its memory. Never told of one that failed: `closed` follows. */
  sent(): void;
  /** The peer will send no more; it may still read. */
  ended(): void;
  /** It is over: told exactly once, and nothing after it. The error is the transport's, if there was one. */
  closed(error: Error | undefined): void;
}
