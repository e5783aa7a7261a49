/**
 * Ends connections on which nothing goes on: those that are idle in good order, those that stall or trickle at once.
 */
import type { Connection } from './connection.ts';
import { StandstillWatch } from './standstill-watch.ts';

export interface OverdueLimits {
  /** Milliseconds; 0 is for ever. */
  readonly idleTimeout: number;
  /** Milliseconds; 0 is for ever. */
  readonly stallTimeout: number;
  /** Who takes, or sends on, less than that has stalled. */
  readonly stallBytesPerSecondMin: number;
}

/** Watches the connections, those to come too, until the answer is called. */
export function watchOverdue(
  connections: Iterable<Connection>,
  { idleTimeout, stallTimeout, stallBytesPerSecondMin }: OverdueLimits,
): () => void {
  const idle = new StandstillWatch<Connection>({
    millis: idleTimeout,
    subjects: connections,
    amountMin: 1,
    progressOf: (connection) => connection.idleProgress(),
    found: (connection) => connection.leaveIdle(),
  });
  const stalled = new StandstillWatch<Connection>({
    millis: stallTimeout,
    subjects: connections,
    amountMin: Math.max(1, Math.ceil((stallBytesPerSecondMin * stallTimeout) / 1000)),
    progressOf: (connection) => connection.stallProgress(),
    found: (connection) => connection.dropStalled(),
  });
  if (idleTimeout > 0) idle.start();
  if (stallTimeout > 0) stalled.start();
  return () => {
    idle.stop();
    stalled.stop();
  };
}
