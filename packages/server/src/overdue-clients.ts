/**
 * Ends connections on which nothing goes on: those that are idle in good order, those that stall at once.
 */
import type { Connection } from './connection.ts';
import { StandstillWatch } from './standstill-watch.ts';

export interface OverdueLimits {
  /** Milliseconds; 0 is for ever. */
  readonly idleTimeout: number;
  /** Milliseconds; 0 is for ever. */
  readonly stallTimeout: number;
}

/** Watches the connections, those to come too, until the answer is called. */
export function watchOverdue(
  connections: Iterable<Connection>,
  { idleTimeout, stallTimeout }: OverdueLimits,
): () => void {
  const idle = new StandstillWatch<Connection>({
    millis: idleTimeout,
    subjects: connections,
    markOf: (connection) => connection.idleMark(),
    found: (connection) => connection.leaveIdle(),
  });
  const stalled = new StandstillWatch<Connection>({
    millis: stallTimeout,
    subjects: connections,
    markOf: (connection) => connection.stallMark(),
    found: (connection) => connection.dropStalled(),
  });
  if (idleTimeout > 0) idle.start();
  if (stallTimeout > 0) stalled.start();
  return () => {
    idle.stop();
    stalled.stop();
  };
}
