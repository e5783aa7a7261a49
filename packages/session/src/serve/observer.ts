/**
 * What a served session tells its host, for logs and counters. It says nothing per request but counts.
 */
import { spellCommand } from '@nbd/codec';
import type { TlsPeer } from '@nbd/driver';
import type { EndReason } from '../server/event.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Its methods must not throw: one that does costs the connection. */
export interface Observer {
  /** The connection is under TLS now. */
  secured?(peer: TlsPeer): void;
  /** The client has entered an export. */
  entered?(facts: ExportFacts): void;
  /**
   * Asked before `entered`, for what is to measure the requests of this client. `told` goes on telling how many
   * error replies it was sent.
   */
  measure?(facts: ExportFacts, told: ErrorsTold): Stopwatch | undefined;
  /** A disk could not be opened or listed; the client was told so without the details. */
  sourceFailed?(error: unknown, exportName: string | undefined): void;
  /**
   * A request failed for a reason of the disk's. `isBug`: what was thrown is not a failure that a
   * disk may report, so it counts as a fault of the driver and was answered with EIO. A FAST_ZERO that is refused as slow has
   * not failed.
   */
  requestFailed?(failure: RequestFailure): void;
  /** Closing a disk failed; nothing more will be done about it. */
  closeFailed?(error: unknown): void;
  /**
   * The conversation is over; replies may still be on their way. `error` is the transport's, if it was
   * the transport that ended it, or what a method of these has thrown.
   */
  ended?(reason: EndReason, error: Error | undefined): void;
}

/** A request that a disk has failed. */
export interface RequestFailure {
  /** What the driver threw, or rejected with. */
  readonly error: unknown;
  readonly isBug: boolean;
  /** A Command. */
  readonly type: number;
  /** Its name, such as "READ". */
  readonly command: string;
  /** Bytes, as `length`; of a RESIZE the new size. */
  readonly offset: number;
  readonly length: number;
  /** The ErrorCode that the client was told. */
  readonly code: number;
}

/** What a client was told of failures, of disks and of requests that no disk was given. */
export interface ErrorsTold {
  /** Error replies, by ErrorCode. */
  readonly errors: ReadonlyMap<number, number>;
}

/** Counts of what was served. One tally may be shared by many sessions. */
export class Tally {
  /** Requests carried out by disks, by Command. */
  readonly requests: number[] = Array.from({ length: 9 }, () => 0);
  /** Of these, how many failed. */
  failures = 0;
  /** Bytes of READs and WRITEs that were answered as done. */
  bytesRead = 0;
  bytesWritten = 0;

  /** Counts what `other` has, too. */
  add(other: Tally): void {
    for (const [type, count] of other.requests.entries()) {
      this.requests[type] = (this.requests[type] ?? 0) + count;
    }
    this.failures += other.failures;
    this.bytesRead += other.bytesRead;
    this.bytesWritten += other.bytesWritten;
  }

  /** The requests by the name of their command, such as "READ". */
  get byCommand(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.requests.map((count, type) => [spellCommand(type), count]));
  }
}
